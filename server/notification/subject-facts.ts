// What is known of an alarm when somebody is to be told of it: station, alarm, tag, value, time, response, in both languages. Kept with the order, so that a
// message sent late tells what was, not what is.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { NotificationSubject } from '../../domain/notification/notification-order.ts';
import type { Plant, Point } from '../../domain/plant/plant.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { AlarmRecord } from '../alarms/alarm-record.ts';
import type { MessageFact } from './channel.ts';

/** A time stays a number: it is written in the plant's zone when it is sent. */
export type SubjectFact =
  | { readonly name: Exclude<MessageFact['name'], 'time' | 'late'>; readonly text: LocalizedText }
  | { readonly name: 'time'; readonly atMs: number };

export type FindAlarm = (id: string) => { readonly definition: AlarmDefinition; readonly record: AlarmRecord } | null;

export function factsOf(subject: NotificationSubject, plant: Plant, findAlarm: FindAlarm): readonly SubjectFact[] {
  const facts: SubjectFact[] = [];
  const stationId = 'stationId' in subject ? subject.stationId : null;
  const station = stationId === null ? undefined : plant.stations[plant.stationIndexById.get(stationId) ?? -1];
  if (station !== undefined)
    facts.push({ name: 'station', text: { zh: `${station.name.zh}（${station.id}）`, en: `${station.name.en} (${station.id})` } });
  if (subject.kind !== 'alarm') return facts;
  const definition = plant.alarms[plant.alarmIndexById.get(subject.alarmId) ?? -1];
  if (definition === undefined) return facts;
  facts.push({ name: 'alarm', text: definition.message });
  const point = definition.pointIndex === null ? undefined : plant.points[definition.pointIndex];
  if (point !== undefined) facts.push({ name: 'tag', text: same(point.tag) });
  const found = findAlarm(subject.occurrenceId);
  // The alarm may have come again meanwhile: another occurrence's value and time are not this one's.
  if (found?.record.occurrenceId === subject.occurrenceId) {
    if (point !== undefined && found.record.valueAtRaise !== null)
      facts.push({ name: 'value', text: valueText(point, found.record.valueAtRaise) });
    if (found.record.isTest) facts.push({ name: 'test', text: { zh: '测点在测试中', en: 'The point is under test' } });
    if (found.record.raisedAtMs !== null) facts.push({ name: 'time', atMs: found.record.raisedAtMs });
  }
  if (definition.response !== null) facts.push({ name: 'response', text: definition.response });
  return facts;
}

function valueText(point: Point, value: number): LocalizedText {
  const state = point.states?.find((candidate) => candidate.value === value);
  if (state !== undefined) return state.name;
  const number = Number.isFinite(value) ? value.toFixed(point.digits) : '—';
  return same(point.unit === '' ? number : `${number} ${point.unit}`);
}

function same(text: string): LocalizedText {
  return { zh: text, en: text };
}
