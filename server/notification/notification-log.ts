// Reads the log of notifications for the interface: deliveries with their orders, attempts and digests, newest first, as much as the person may see.

import type {
  NotificationAttemptView,
  NotificationLog,
  NotificationQuery,
  NotificationState,
  NotificationView,
} from '../../domain/api/notification-api.ts';
import { notificationAsOf } from '../../domain/notification/notification-as-of.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import type { Identity } from '../access/identity.ts';
import type { Database } from '../journal/database.ts';
import { deliveryOf, storedOrder } from './delivery-rows.ts';

export async function readNotifications(
  database: Database,
  query: NotificationQuery,
  identity: Pick<Identity, 'username' | 'stationIds'>,
  displayNames: ReadonlyMap<string, string>,
): Promise<NotificationLog> {
  let select = database
    .selectFrom('notification_delivery as delivery')
    .innerJoin('notification_order as ordered', 'ordered.order_key', 'delivery.order_key')
    .selectAll('delivery')
    .select([
      'ordered.subject',
      'ordered.subject_kind',
      'ordered.alarm_id',
      'ordered.occurrence_id',
      'ordered.incident_id',
      'ordered.station_id',
      'ordered.username',
      'ordered.urgency',
      'ordered.may_not_wait',
      'ordered.title',
      'ordered.text',
      'ordered.facts',
      'ordered.ordered_at_ms',
    ])
    .orderBy('ordered.ordered_at_ms', 'desc')
    .orderBy('delivery.delivery_id', 'desc')
    .limit(query.limit + 1);
  if (query.subject !== undefined) select = select.where('ordered.subject_kind', '=', query.subject);
  if (query.alarm !== undefined) select = select.where('ordered.alarm_id', '=', query.alarm);
  if (query.incident !== undefined) select = select.where('ordered.incident_id', '=', query.incident);
  if (query.station !== undefined) select = select.where('ordered.station_id', '=', query.station);
  if (query.person !== undefined) select = select.where('delivery.recipient', '=', `person:${query.person}`);
  if (query.asOf !== undefined) select = select.where('ordered.ordered_at_ms', '<=', query.asOf);
  // Of a past moment the state follows from the attempts: it is looked at below.
  else if (query.state !== undefined) select = select.where('delivery.state', '=', query.state);
  if (query.channel !== undefined) select = select.where('delivery.route', 'like', `%"channel":"${query.channel}"%`);
  if (query.before !== undefined) {
    const [atMs = '0', deliveryId = ''] = query.before.split('_');
    select = select.where(({ eb, and, or }) =>
      or([
        eb('ordered.ordered_at_ms', '<', Number(atMs)),
        and([eb('ordered.ordered_at_ms', '=', Number(atMs)), eb('delivery.delivery_id', '<', deliveryId)]),
      ]),
    );
  }
  const { stationIds } = identity;
  if (stationIds !== null) {
    // What concerns no station is shown to the person whom it was for.
    select = select.where(({ eb, and, or }) =>
      or([
        eb('ordered.station_id', 'in', stationIds.size === 0 ? [''] : [...stationIds]),
        and([eb('ordered.station_id', 'is', null), eb('ordered.username', '=', identity.username)]),
      ]),
    );
  }
  const rows = await select.execute();
  const page = rows.slice(0, query.limit);
  const attempts = await attemptsOf(
    database,
    page.map((row) => row.delivery_id),
  );
  const digests = await digestsOf(
    database,
    page.map((row) => row.digest_delivery_id).filter((id) => id !== null),
  );
  const last = page.at(-1);
  return {
    notifications: asOf(
      query,
      page.map((row): NotificationView => {
        const order = storedOrder(row);
        const delivery = deliveryOf(row);
        const isPerson = delivery.recipient.startsWith('person:');
        const name = delivery.recipient.slice(delivery.recipient.indexOf(':') + 1);
        return {
          deliveryId: delivery.deliveryId,
          key: order.key,
          subject: order.subject,
          stationId: row.station_id,
          recipient: isPerson
            ? { kind: 'person', username: name, displayName: displayNames.get(name) ?? null }
            : { kind: 'group', target: name },
          urgency: order.urgency,
          title: order.title,
          text: order.text,
          orderedAtMs: order.orderedAtMs,
          state: delivery.state,
          reason: delivery.reason,
          route: [...delivery.route],
          step: delivery.step,
          dueAtMs: delivery.state === 'waiting' ? delivery.dueAtMs : null,
          finishedAtMs: row.finished_at_ms,
          attempts: attempts.get(delivery.deliveryId) ?? [],
          digest: delivery.digestDeliveryId === null ? null : (digests.get(delivery.digestDeliveryId) ?? null),
        };
      }),
    ),
    next: rows.length > query.limit && last !== undefined ? `${last.ordered_at_ms}_${last.delivery_id}` : null,
  };
}

function asOf({ asOf: atMs, state }: NotificationQuery, notifications: readonly NotificationView[]): NotificationView[] {
  if (atMs === undefined) return [...notifications];
  return notifications
    .flatMap((notification) => notificationAsOf(notification, atMs) ?? [])
    .filter((notification) => state === undefined || notification.state === state);
}

async function attemptsOf(database: Database, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, NotificationAttemptView[]>> {
  const found = new Map<string, NotificationAttemptView[]>();
  if (deliveryIds.length === 0) return found;
  const rows = await database
    .selectFrom('notification_attempt')
    .selectAll()
    .where('delivery_id', 'in', [...deliveryIds])
    .orderBy('number')
    .execute();
  for (const row of rows) {
    const list = found.get(row.delivery_id) ?? [];
    list.push({
      number: row.number,
      channel: row.channel as NotificationChannel,
      target: row.target,
      startedAtMs: row.started_at_ms,
      endedAtMs: row.ended_at_ms,
      outcome: row.outcome as NotificationAttemptView['outcome'],
      reason: row.reason,
      code: row.code,
      reference: row.reference,
    });
    found.set(row.delivery_id, list);
  }
  return found;
}

async function digestsOf(
  database: Database,
  deliveryIds: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<NotificationView['digest']>>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await database
    .selectFrom('notification_delivery')
    .select(['delivery_id', 'state', 'finished_at_ms', 'route', 'step'])
    .where('delivery_id', 'in', [...new Set(deliveryIds)])
    .execute();
  return new Map(
    rows.map((row) => {
      const route = JSON.parse(row.route) as NotificationView['route'];
      return [
        row.delivery_id,
        {
          deliveryId: row.delivery_id,
          state: row.state as NotificationState,
          finishedAtMs: row.finished_at_ms,
          channel: route[row.step]?.channel ?? null,
        },
      ];
    }),
  );
}
