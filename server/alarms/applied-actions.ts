// Which actions that came from a phone have been applied: one that is sent again after a lost answer is answered again and has no second effect.
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../journal/database.ts';

export interface AppliedActionTable {
  /** UUID made by the client. */
  action_id: string;
  username: string;
  alarm_id: string;
  applied_at_ms: number;
}

export async function createAppliedActions(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('applied_action')
    .addColumn('action_id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('alarm_id', 'text', (column) => column.notNull())
    .addColumn('applied_at_ms', 'double precision', (column) => column.notNull())
    .execute();
}

export interface AppliedAction {
  readonly actionId: string;
  readonly username: string;
  readonly alarmId: string;
}

/** Those of `actionIds` that were applied before, by action id. */
export async function appliedBefore(database: Kysely<Schema>, actionIds: readonly string[]): Promise<ReadonlyMap<string, AppliedAction>> {
  if (actionIds.length === 0) return new Map();
  const rows = await database.selectFrom('applied_action').selectAll().where('action_id', 'in', actionIds).execute();
  return new Map(rows.map((row) => [row.action_id, { actionId: row.action_id, username: row.username, alarmId: row.alarm_id }]));
}

export async function noteApplied(transaction: Transaction<Schema>, actions: readonly AppliedAction[], atMs: number): Promise<void> {
  if (actions.length === 0) return;
  await transaction
    .insertInto('applied_action')
    .values(actions.map(({ actionId, username, alarmId }) => ({ action_id: actionId, username, alarm_id: alarmId, applied_at_ms: atMs })))
    .onConflict((conflict) => conflict.column('action_id').doNothing())
    .execute();
}
