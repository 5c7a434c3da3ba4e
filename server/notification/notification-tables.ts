// Tables of the notifier: what was ordered (one row a key), where it goes (one row a key and lane), every attempt, and how each channel fares.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface NotificationOrderTable {
  order_key: string;
  /** JSON of a NotificationSubject. */
  subject: string;
  subject_kind: string;
  alarm_id: string | null;
  occurrence_id: string | null;
  incident_id: string | null;
  station_id: string | null;
  username: string | null;
  urgency: string;
  may_not_wait: number;
  /** JSON of a LocalizedText each. */
  title: string;
  text: string;
  /** JSON: what was known of the subject when it was ordered. */
  facts: string;
  ordered_at_ms: number;
}

export interface NotificationDeliveryTable {
  delivery_id: string;
  order_key: string;
  /** `person`, or the name of the target that reaches a group. */
  lane: string;
  /** `person:wang` or `group:dispatch-room`: who gets it; floods and digests go by it. */
  recipient: string;
  /** JSON array of steps, in order. */
  route: string;
  step: number;
  state: string;
  attempts_on_step: number;
  attempts_total: number;
  step_since_ms: number;
  due_at_ms: number;
  /** Why it waits, failed or was given up; null while nothing has gone wrong. */
  reason: string | null;
  /** Delivery that told it together with others. */
  digest_delivery_id: string | null;
  finished_at_ms: number | null;
}

export interface NotificationAttemptTable {
  delivery_id: string;
  number: number;
  channel: string;
  target: string;
  started_at_ms: number;
  /** Null: under way, or the server ended meanwhile. */
  ended_at_ms: number | null;
  outcome: string | null;
  reason: string | null;
  code: string | null;
  reference: string | null;
}

export interface NotificationTables {
  notification_order: NotificationOrderTable;
  notification_delivery: NotificationDeliveryTable;
  notification_attempt: NotificationAttemptTable;
}

export const notificationMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('notification_order')
      .addColumn('order_key', 'text', (column) => column.primaryKey())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('subject_kind', 'text', (column) => column.notNull())
      .addColumn('alarm_id', 'text')
      .addColumn('occurrence_id', 'text')
      .addColumn('incident_id', 'text')
      .addColumn('station_id', 'text')
      .addColumn('username', 'text')
      .addColumn('urgency', 'text', (column) => column.notNull())
      .addColumn('may_not_wait', 'integer', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .addColumn('ordered_at_ms', 'double precision', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('notification_order_time').on('notification_order').column('ordered_at_ms').execute();
    await database.schema.createIndex('notification_order_alarm').on('notification_order').columns(['alarm_id', 'ordered_at_ms']).execute();
    await database.schema
      .createIndex('notification_order_incident')
      .on('notification_order')
      .columns(['incident_id', 'ordered_at_ms'])
      .execute();
    await database.schema
      .createTable('notification_delivery')
      .addColumn('delivery_id', 'text', (column) => column.primaryKey())
      .addColumn('order_key', 'text', (column) => column.notNull())
      .addColumn('lane', 'text', (column) => column.notNull())
      .addColumn('recipient', 'text', (column) => column.notNull())
      .addColumn('route', 'text', (column) => column.notNull())
      .addColumn('step', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts_on_step', 'integer', (column) => column.notNull())
      .addColumn('attempts_total', 'integer', (column) => column.notNull())
      .addColumn('step_since_ms', 'double precision', (column) => column.notNull())
      .addColumn('due_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('digest_delivery_id', 'text')
      .addColumn('finished_at_ms', 'double precision')
      .addUniqueConstraint('notification_delivery_lane', ['order_key', 'lane'])
      .execute();
    await database.schema.createIndex('notification_delivery_state').on('notification_delivery').column('state').execute();
    await database.schema.createIndex('notification_delivery_digest').on('notification_delivery').column('digest_delivery_id').execute();
    await database.schema
      .createTable('notification_attempt')
      .addColumn('delivery_id', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('ended_at_ms', 'double precision')
      .addColumn('outcome', 'text')
      .addColumn('reason', 'text')
      .addColumn('code', 'text')
      .addColumn('reference', 'text')
      .addPrimaryKeyConstraint('notification_attempt_key', ['delivery_id', 'number'])
      .execute();
  },
};
