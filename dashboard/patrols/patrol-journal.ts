// Journal lines about patrols in words.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { patrolEventSchema, patrolStates } from '../../domain/patrols/patrol.ts';
import { codeFaultWords, patrolProofWords, patrolStateWords } from '../../domain/patrols/patrol-words.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';

const filed: ReadonlySet<string> = new Set([
  'event',
  'patrolId',
  'findingId',
  'hazardId',
  'plannedAtMs',
  'position',
  'from',
  'to',
  'isNew',
]);

/** Null where the line is not about a patrol. */
export function usePatrolJournal(): (entry: JournalEntry) => string | null {
  const { text } = useWords();
  const zone = useZone();
  return ({ kind, detail }) => {
    if (!kind.startsWith('patrol.')) return null;
    const parts = Object.entries(detail)
      .filter(([name, value]) => !filed.has(name) && value !== null && typeof value !== 'object')
      .map(([, value]) => String(value));
    if (typeof detail.plannedAtMs === 'number') parts.splice(1, 0, formatDateTime(detail.plannedAtMs, zone).slice(5, 16));
    const event = patrolEventSchema.safeParse(detail.event);
    if (event.success && event.data.kind === 'visit') {
      const { placeId, proof, codeFault, handReason, finding } = event.data.visit;
      parts.push(placeId, text(patrolProofWords[proof]));
      if (codeFault !== null) parts.push(text(codeFaultWords[codeFault]));
      parts.push(...[handReason, finding].filter((said) => said !== null));
    }
    if (event.success && event.data.kind === 'explain') parts.push(event.data.reason);
    const state = patrolStates.find((name) => name === detail.to);
    if (state !== undefined && detail.from !== detail.to && detail.from !== null) parts.push(text(patrolStateWords[state]));
    return parts.join(' · ');
  };
}
