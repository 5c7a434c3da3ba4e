// Tables of web push: where each person's phones can be reached. Together with the actions that phones send twice, in one migration.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type AppliedActionTable, createAppliedActions } from '../alarms/applied-actions.ts';

export interface PushSubscriptionTable {
  /** SHA-256 of the endpoint, hex: what the journal may name. */
  subscription_id: string;
  username: string;
  /** Whoever knows it can push to the phone. */
  endpoint: string;
  p256dh: string;
  auth: string;
  language: string;
  /** Of the sign-in that gave it: signing out takes it away. */
  session_hash: string;
  created_at_ms: number;
}

export interface PushTables {
  push_subscription: PushSubscriptionTable;
  applied_action: AppliedActionTable;
}

export const pushMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('push_subscription')
      .addColumn('subscription_id', 'text', (column) => column.primaryKey())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('p256dh', 'text', (column) => column.notNull())
      .addColumn('auth', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('session_hash', 'text', (column) => column.notNull())
      .addColumn('created_at_ms', 'double precision', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('push_subscription_person').on('push_subscription').column('username').execute();
    await createAppliedActions(database);
  },
};
