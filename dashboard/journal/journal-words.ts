// A journal entry in words. A kind or a detail that this page does not know yet is shown as it is: nothing is left out.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';

type KnownKind = keyof typeof zh.journal.kind;

function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(zh.journal.kind, kind);
}

/** What people wrote comes first, then the figures; identifiers that stand in other columns are left out. */
const spokenFields = ['comment', 'reason', 'permit', 'compensatingMeasure'] as const;

export function detailText(detail: Readonly<Record<string, unknown>>): string {
  const spoken = spokenFields.flatMap((field) => (typeof detail[field] === 'string' ? [detail[field]] : []));
  const rest = Object.entries(detail)
    .filter(
      ([name, value]) =>
        !spokenFields.some((field) => field === name) && value !== null && value !== undefined && typeof value !== 'object',
    )
    .map(([name, value]) => `${name} ${String(value)}`);
  return [...spoken, ...rest].join(' · ');
}

export interface JournalWords {
  kind(entry: JournalEntry): string;
  actor(entry: JournalEntry): string;
  detail(entry: JournalEntry): string;
}

export function useJournalWords(): JournalWords {
  const { t } = useWords();
  return {
    kind: (entry) => (isKnownKind(entry.kind) ? t(`journal.kind.${entry.kind}`) : entry.kind),
    actor: (entry) => (entry.actor.kind === 'person' ? entry.actor.displayName : entry.actor.part),
    detail: (entry) => detailText(entry.detail),
  };
}
