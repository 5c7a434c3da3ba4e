// Who remembers what a person was told, so that after faults it can be asked whether all of it is still there, once, and in turn.
import { setTimeout as pass } from 'node:timers/promises';
import { expect } from 'vitest';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import type { GatewatchClient } from './gatewatch-client.ts';

/** Raises and acknowledgements that a person was told of: what must never be lost after that. */
export class Witness {
  readonly raised = new Map<string, string>();
  readonly acknowledged = new Map<string, string>();
  /** The request went out and no answer came back: it may count or not. */
  unanswered = 0;

  /** What has been told until now. */
  copy(): Witness {
    const copy = new Witness();
    for (const [id, alarmId] of this.raised) copy.raised.set(id, alarmId);
    for (const [comment, id] of this.acknowledged) copy.acknowledged.set(comment, id);
    return copy;
  }

  saw(alarms: readonly AlarmView[]): void {
    for (const alarm of alarms) if (alarm.raisedAtMs !== null) this.raised.set(alarm.id, alarm.alarmId);
  }
}

/** Looks and acknowledges until it is over; what fails then is the fault that ended it. */
export async function watch(client: GatewatchClient, witness: Witness, isOver: () => boolean, pauseMs = 20): Promise<void> {
  const socket = client.listen();
  socket.on('snapshot', (message) => witness.saw(message.alarms));
  socket.on('alarm', (message) => witness.saw(message.alarms));
  socket.on('connect', () => socket.emit('subscribe', {}));
  try {
    while (!isOver()) {
      const open = (await client.alarms('?state=unacknowledged')).slice(0, 20);
      witness.saw(open);
      if (open.length === 0) await pass(pauseMs);
      for (const alarm of open) {
        if (isOver() || !needsAcknowledgement(alarm.state)) break;
        const comment = `seen ${alarm.id} v${alarm.version}`;
        witness.unanswered += 1;
        const answer = await client.ask<AlarmView>('POST', `/api/alarms/${alarm.id}/acknowledge`, { version: alarm.version, comment });
        witness.unanswered -= 1;
        if (answer.status === 200) witness.acknowledged.set(comment, alarm.id);
        else expect([404, 409, 422, 503]).toContain(answer.status); // changed meanwhile, or not to be stored now
      }
    }
  } catch (error) {
    if (!isOver()) throw error; // killed in the middle of an answer
  } finally {
    socket.close();
  }
}

/** What was witnessed and is not in the journal. */
export function missingFrom(journal: readonly JournalEntry[], witness: Witness): readonly string[] {
  const raised = new Set(journal.filter((entry) => entry.kind === 'alarm.raise').map((entry) => entry.occurrenceId));
  const acknowledgements = new Map(
    journal
      .filter((entry) => entry.kind === 'alarm.acknowledge')
      .map((entry) => [(entry.detail.event as { comment: string }).comment, entry.occurrenceId]),
  );
  return [
    ...[...witness.raised.keys()].filter((id) => !raised.has(id)),
    ...[...witness.acknowledged].filter(([comment, id]) => acknowledgements.get(comment) !== id).map(([comment]) => comment),
  ];
}

/** Everything witnessed is in the journal; nothing is there twice or out of turn: raise and clear alternate for every alarm, one raise an occurrence. */
export function expectAllThere(witness: Witness, journal: readonly JournalEntry[]): void {
  expect(missingFrom(journal, witness)).toEqual([]);
  expectInTurn(journal);
}

export function expectInTurn(journal: readonly JournalEntry[]): void {
  const isTrue = new Map<string, boolean>();
  for (const entry of journal) {
    if (entry.kind !== 'alarm.raise' && entry.kind !== 'alarm.clear') continue;
    const alarmId = entry.alarmId as string;
    expect({ alarmId, sequence: entry.sequence, wasTrue: isTrue.get(alarmId) ?? false }).toEqual({
      alarmId,
      sequence: entry.sequence,
      wasTrue: entry.kind === 'alarm.clear',
    });
    isTrue.set(alarmId, entry.kind === 'alarm.raise');
  }
  const raises = journal.filter((entry) => entry.kind === 'alarm.raise');
  expect(new Set(raises.map((entry) => entry.occurrenceId)).size).toBe(raises.length);
}

/** The hash chain of the journal holds from its first line to its last. */
export async function expectChainIntact(dataDir: string, journalUrl = 'sqlite:'): Promise<void> {
  const database = await openDatabase(journalUrl, dataDir);
  try {
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  } finally {
    await database.destroy();
  }
}
