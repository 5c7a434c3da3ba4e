// Many alarms acknowledged in one request: many acknowledgements, each with the version that was seen and each judged for itself (AL25).
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Refusal } from './alarm-machine.ts';
import type { AlarmRecord } from './alarm-record.ts';
import type { AlarmAction, AlarmStore } from './alarm-store.ts';

export interface AcknowledgeItem {
  readonly id: string;
  readonly version: number;
  /** The person ticked this one by itself. Asked for where it is critical. */
  readonly tickedCritical?: boolean | undefined;
}

export type AcknowledgeItemResult =
  | { readonly kind: 'done' | 'conflict'; readonly id: string; readonly definition: AlarmDefinition; readonly record: AlarmRecord }
  | { readonly kind: 'refused'; readonly id: string; readonly reason: Refusal | 'criticalNotTicked' | 'unknown' };

/** Results in the order of the items. `maySee` false: answered as unknown. */
export async function acknowledgeMany(
  store: AlarmStore,
  items: readonly AcknowledgeItem[],
  options: {
    readonly actor: JournalActor;
    readonly by: string;
    readonly atMs: number;
    readonly comment: string | null;
    readonly maySee: (definition: AlarmDefinition) => boolean;
  },
): Promise<readonly AcknowledgeItemResult[]> {
  const { actor, by, atMs, comment, maySee } = options;
  const refused = new Map<AcknowledgeItem, AcknowledgeItemResult>();
  const definitions = new Map<AcknowledgeItem, AlarmDefinition>();
  const asked: AcknowledgeItem[] = [];
  for (const item of items) {
    const definition = store.find(item.id)?.definition;
    if (definition === undefined || !maySee(definition)) refused.set(item, { kind: 'refused', id: item.id, reason: 'unknown' });
    else if (definition.priority === 'critical' && item.tickedCritical !== true)
      refused.set(item, { kind: 'refused', id: item.id, reason: 'criticalNotTicked' });
    else {
      definitions.set(item, definition);
      asked.push(item);
    }
  }
  const together = asked.length;
  const actions = asked.map(({ id, version }): AlarmAction => {
    const detail = together > 1 ? { together } : {};
    return { id, version, event: { kind: 'acknowledge', atMs, by, comment }, detail };
  });
  const results = await store.actOnAll(actions, actor);
  return items.map((item): AcknowledgeItemResult => {
    const { id } = item;
    const result = results[asked.indexOf(item)];
    const definition = definitions.get(item);
    if (result === undefined || definition === undefined) return refused.get(item) ?? { kind: 'refused', id, reason: 'unknown' };
    if (result.kind === 'unknown') return { kind: 'refused', id, reason: 'unknown' };
    if (result.kind === 'refused') return { kind: 'refused', id, reason: result.reason };
    return { kind: result.kind, id, definition, record: result.record };
  });
}
