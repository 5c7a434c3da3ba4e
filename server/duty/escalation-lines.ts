// What the journal says of an alarm's escalation: the wait that goes on now and the steps taken in it, and any occurrence's steps. Reads only.
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { alarmEvents, needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type EscalationWait, followWait } from '../../domain/duty/escalation.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import { alarmLineOf } from '../alarms/alarm-line.ts';
import type { Schema } from '../journal/database.ts';
import { fromRow } from '../journal/journal.ts';

const channels = z.array(z.enum(notificationChannels));

/** In the detail of an `alarm.escalate` line: what the step decided. Orders and notices are made from this and from nothing else. DU12. */
export const escalationDetailSchema = z.object({
  escalation: z.object({
    /** 1 for the first step of the chain. */
    step: z.int(),
    of: z.int(),
    isLast: z.boolean(),
    /** Names the wait: one occurrence may wait more than once. */
    waitSinceMs: z.number(),
    told: z.array(z.object({ username: z.string(), displayName: z.string(), channels })),
    notReached: z.array(z.string()),
    groupChannels: channels,
    foundNobody: z.boolean(),
    tester: z.string().nullable(),
  }),
});
export type EscalationDetail = z.output<typeof escalationDetailSchema>['escalation'];

export interface EscalationLine {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly alarmId: string;
  readonly occurrenceId: string;
  readonly stationId: string;
  readonly decided: EscalationDetail;
}

/** Null where the line is not an escalation that this engine decided. */
export function escalationLineOf(entry: JournalEntry): EscalationLine | null {
  if (entry.kind !== 'alarm.escalate' || entry.alarmId === null || entry.occurrenceId === null || entry.stationId === null) return null;
  const parsed = escalationDetailSchema.safeParse(entry.detail);
  if (!parsed.success) return null;
  return {
    sequence: entry.sequence,
    recordedAtMs: entry.recordedAtMs,
    alarmId: entry.alarmId,
    occurrenceId: entry.occurrenceId,
    stationId: entry.stationId,
    decided: parsed.data.escalation,
  };
}

export function followEntry(wait: EscalationWait | null, entry: JournalEntry): EscalationWait | null {
  const line = alarmLineOf(entry);
  if (line === null) return wait;
  const escalation = escalationLineOf(entry);
  const step = escalation === null ? null : { foundNobody: escalation.decided.foundNobody, isLast: escalation.decided.isLast };
  return followWait(wait, { event: line.event, recordedAtMs: line.recordedAtMs, occurrenceId: line.occurrenceId, to: line.to, step });
}

/** The other kinds neither begin nor end a wait by themselves, and an alarm that chatters has thousands of them: they are left in the database. */
const turningKinds = alarmEvents
  .filter((event) => event !== 'raise' && event !== 'clear' && event !== 'escalate' && event !== 'comment')
  .map((event) => `alarm.${event}`);

/** The newest line at which the alarm began or ceased to wait other than by a raise. */
async function newestTurn(database: Kysely<Schema>, alarmId: string): Promise<JournalEntry | null> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const row = await database
      .selectFrom('journal')
      .selectAll()
      .where('alarm_id', '=', alarmId)
      .where('kind', 'in', turningKinds)
      .where('sequence', '<', before)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return null;
    const entry = fromRow(row);
    const line = alarmLineOf(entry);
    if (line !== null && !(needsAcknowledgement(line.from) && needsAcknowledgement(line.to))) return entry;
    before = row.sequence;
  }
}

/** The wait of an alarm that waits now, made from its lines, and the steps taken in it. */
export async function readWait(
  database: Kysely<Schema>,
  alarmId: string,
): Promise<{ readonly wait: EscalationWait | null; readonly lines: readonly EscalationLine[] }> {
  const of = () => database.selectFrom('journal').selectAll().where('alarm_id', '=', alarmId);
  const turn = await newestTurn(database, alarmId);
  const after = turn?.sequence ?? 0;
  const escalations = (await of().where('kind', '=', 'alarm.escalate').where('sequence', '>', after).orderBy('sequence').execute()).map(
    fromRow,
  );
  const raiseAfter = (sequence: number) =>
    of().where('kind', '=', 'alarm.raise').where('sequence', '>', sequence).orderBy('sequence').limit(1).executeTakeFirst();
  const starts = [after, ...escalations.filter((entry) => escalationLineOf(entry)?.decided.isLast === true).map((entry) => entry.sequence)];
  const raises = [];
  for (const start of starts) {
    const raise = await raiseAfter(start);
    if (raise !== undefined) raises.push(fromRow(raise));
  }
  const newestRaise = await of().where('kind', '=', 'alarm.raise').orderBy('sequence', 'desc').limit(1).executeTakeFirst();
  if (newestRaise !== undefined && newestRaise.sequence > after) raises.push(fromRow(newestRaise));
  const lines = new Map([...(turn === null ? [] : [turn]), ...escalations, ...raises].map((entry) => [entry.sequence, entry]));
  let wait: EscalationWait | null = null;
  let taken: EscalationLine[] = [];
  for (const entry of [...lines.values()].toSorted((a, b) => a.sequence - b.sequence)) {
    const before: EscalationWait | null = wait;
    wait = followEntry(before, entry);
    const line = escalationLineOf(entry);
    if (wait === null || (before !== null && wait.sinceMs !== before.sinceMs)) taken = [];
    if (line !== null && wait !== null) taken.push(line);
  }
  return { wait, lines: taken };
}

/** Every step that one occurrence ever took, in order. */
export async function readEscalations(database: Kysely<Schema>, alarmId: string, occurrenceId: string): Promise<EscalationLine[]> {
  const rows = await database
    .selectFrom('journal')
    .selectAll()
    .where('alarm_id', '=', alarmId)
    .where('occurrence_id', '=', occurrenceId)
    .where('kind', '=', 'alarm.escalate')
    .orderBy('sequence')
    .execute();
  return rows.map(fromRow).flatMap((entry) => escalationLineOf(entry) ?? []);
}
