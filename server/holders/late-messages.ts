// What becomes of messages that an earlier holder delivers after another has taken over (HO3, HO4, HO9). Pure: says which count, and in what form.
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import type { AlarmRecord } from '../alarms/alarm-record.ts';
import type { StationHolder } from './station-holders.ts';

export function isLate(message: Pick<ConditionMessage, 'term'>, holder: StationHolder | null): boolean {
  return message.term !== undefined && holder !== null && message.term < holder.term;
}

export interface LateMessages {
  /** To be applied, in order: a raise that is news, and its end. */
  readonly news: readonly ConditionMessage[];
  /** For the journal only. */
  readonly aside: readonly ConditionMessage[];
}

/** `messages` are late, and in the order of one outbox. `isTruthKnown`: what the holder holds active is known here. */
export function judgeLate(
  messages: readonly ConditionMessage[],
  holder: StationHolder,
  isTruthKnown: boolean,
  recordOf: (alarmId: string) => AlarmRecord | undefined,
): LateMessages {
  const news: ConditionMessage[] = [];
  const aside: ConditionMessage[] = [];
  const takenAsNews = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.kind === 'raise' && isNews(message, holder, recordOf(message.alarmId))) {
      takenAsNews.add(message.occurrenceId);
      const end = messages.slice(index + 1).find(({ kind, occurrenceId }) => kind === 'clear' && occurrenceId === message.occurrenceId);
      news.push(message, ...(end === undefined && !isTruthKnown ? [] : [end ?? endOf(message, holder)]));
    } else if (!takenAsNews.has(message.occurrenceId)) aside.push(message);
  }
  return { news, aside };
}

/** Where its end was not seen, it had ended when the new holder looked, who holds nothing active here. */
function endOf({ measured: _, ...common }: Extract<ConditionMessage, { kind: 'raise' }>, holder: StationHolder): ConditionMessage {
  return { ...common, kind: 'clear', atMs: Math.max(common.atMs, holder.sinceMs) };
}

function isNews(message: ConditionMessage, holder: StationHolder, record: AlarmRecord | undefined): boolean {
  if (message.atMs > holder.sinceMs) return false;
  if (record === undefined) return true;
  // The occurrence that its own term went on with, and that has ended since.
  if (record.occurrenceId === message.occurrenceId) return false;
  return !record.isConditionTrue && (record.raisedAtMs ?? 0) < message.atMs;
}
