// From the line of an escalation to what the notifier is asked to send: the same line always makes the same orders with the same keys. DU9, DU12.
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { EscalationLine } from './escalation-lines.ts';

export function escalationOrders(line: EscalationLine, plant: Plant): NotificationOrder[] {
  const definition = plant.alarms[plant.alarmIndexById.get(line.alarmId) ?? -1];
  const station = plant.stations[plant.stationIndexById.get(line.stationId) ?? -1];
  if (definition === undefined) return [];
  const { decided } = line;
  const place = station?.name ?? { zh: line.stationId, en: line.stationId };
  const test = decided.tester === null ? { zh: '', en: '' } : { zh: '【测试】', en: '[Test] ' };
  const waitedMinutes = Math.max(1, Math.round((line.recordedAtMs - decided.waitSinceMs) / 60_000));
  const title: LocalizedText = {
    zh: `${test.zh}${place.zh}：${definition.message.zh}`,
    en: `${test.en}${place.en}: ${definition.message.en}`,
  };
  const text: LocalizedText = {
    zh: `报警已 ${waitedMinutes} 分钟无人确认（升级第 ${decided.step}/${decided.of} 步）。`,
    en: `Not acknowledged for ${waitedMinutes} min (escalation step ${decided.step} of ${decided.of}).`,
  };
  const common = {
    subject: { kind: 'alarm', alarmId: line.alarmId, occurrenceId: line.occurrenceId, stationId: line.stationId },
    urgency: definition.priority,
    title,
    text,
    mayNotWait: definition.priority === 'critical',
  } as const;
  const key = `alarm/${line.occurrenceId}/${decided.step}@${decided.waitSinceMs}`;
  const orders = decided.told.map(
    (told): NotificationOrder => ({ ...common, key: `${key}/${told.username}`, username: told.username, channels: told.channels }),
  );
  if (decided.groupChannels.length > 0) orders.push({ ...common, key: `${key}/group:`, username: null, channels: decided.groupChannels });
  return orders;
}
