// Points and alarms as Sparkplug metrics: names, aliases, properties. One device a station. Pure: time and values come in.
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import { exhaustive } from '../../../domain/exhaustive.ts';
import type { Plant, Point } from '../../../domain/plant/plant.ts';
import { isBad, Quality, type QualityCode, qualityReason } from '../../../domain/readings/quality.ts';
import { type AlarmRecord, stateOf } from '../../alarms/alarm-record.ts';
import { isBinary } from '../binary-point.ts';
import { type SparkplugMetric, type SparkplugProperty, SparkplugType, type SparkplugValue } from './payload.ts';

/** What Sparkplug hosts show for a metric (specification 3.0, 6.4.10: the property `Quality`). */
const sparkplugQuality = { bad: 0, good: 192, stale: 500 } as const;

export interface PointReading {
  readonly timeMs: number;
  readonly value: number;
  readonly quality: QualityCode;
  readonly text: string | null;
}

export function pointAlias(point: Point): number {
  return point.index + 1;
}

export function alarmAlias(plant: Plant, definition: AlarmDefinition): number {
  return plant.points.length + definition.index + 1;
}

/** `isBirth`: with name and everything that does not change. `hasQuality`: told with the value; a host keeps it until it is told another. */
export function pointMetric(
  point: Point,
  reading: PointReading,
  options: { readonly isBirth: boolean; readonly isHistorical: boolean; readonly hasQuality: boolean; readonly nowMs: number },
): SparkplugMetric {
  const value = isBad(reading.quality) ? null : shownValue(point, reading);
  return {
    alias: pointAlias(point),
    timestamp: reading.timeMs === 0 ? options.nowMs : reading.timeMs,
    type: typeOf(point),
    value,
    ...(options.isBirth ? { name: point.tag } : {}),
    ...(options.isHistorical ? { isHistorical: true } : {}),
    ...(options.hasQuality
      ? { properties: { ...(options.isBirth ? definitionProperties(point) : {}), ...qualityProperties(reading.quality) } }
      : {}),
  };
}

/** An alarm's state as a word (the same as over HTTP), with what an operator needs beside it. Its timestamp is when that happened. */
export function alarmMetric(
  plant: Plant,
  definition: AlarmDefinition,
  record: AlarmRecord,
  options: { readonly isBirth: boolean; readonly isHistorical: boolean; readonly nowMs: number },
): SparkplugMetric {
  const stationId = plant.stations[definition.stationIndex]?.id ?? '';
  const changing: Record<string, SparkplugProperty> = {
    Active: boolean(record.isConditionTrue),
    Acknowledged: boolean(record.isAcknowledged),
    Occurrence: string(record.occurrenceId),
    Version: { type: SparkplugType.int64, value: record.version },
    RaisedAt: { type: SparkplugType.dateTime, value: record.raisedAtMs },
    ValueAtRaise: { type: SparkplugType.double, value: record.valueAtRaise },
    By: string(record.changedBy),
    Comment: string(record.comment),
    Test: boolean(record.isTest),
  };
  const fixed: Record<string, SparkplugProperty> = {
    Priority: string(definition.priority),
    Class: string(definition.class),
    Message: string(definition.message.zh),
    MessageEn: string(definition.message.en),
    ...('setpoint' in definition ? { Setpoint: { type: SparkplugType.double, value: definition.setpoint } } : {}),
  };
  return {
    alias: alarmAlias(plant, definition),
    timestamp: record.changedAtMs ?? options.nowMs,
    type: SparkplugType.string,
    value: stateOf(record),
    ...(options.isBirth ? { name: `Alarms/${definition.id.slice(stationId.length + 1)}` } : {}),
    ...(options.isHistorical ? { isHistorical: true } : {}),
    properties: { ...(options.isBirth ? fixed : {}), ...changing },
  };
}

function typeOf(point: Point): SparkplugMetric['type'] {
  switch (point.kind) {
    case 'text':
      return SparkplugType.string;
    case 'discrete':
      return isBinary(point) ? SparkplugType.boolean : SparkplugType.double;
    case 'analog':
    case 'counter':
      return SparkplugType.double;
    default:
      return exhaustive(point.kind, 'point kind');
  }
}

function shownValue(point: Point, { value, text }: PointReading): SparkplugValue {
  if (point.kind === 'text') return text;
  if (!Number.isFinite(value)) return null;
  return isBinary(point) ? value !== 0 : value;
}

/** A host that looks at nothing else sees at least good, bad or stale. */
function qualityProperties(quality: QualityCode): Readonly<Record<string, SparkplugProperty>> {
  const code = quality === Quality.badStale ? sparkplugQuality.stale : isBad(quality) ? sparkplugQuality.bad : sparkplugQuality.good;
  return {
    Quality: { type: SparkplugType.int32, value: code },
    ...(quality === Quality.good ? {} : { QualityReason: string(qualityReason(quality)) }),
  };
}

function definitionProperties(point: Point): Readonly<Record<string, SparkplugProperty>> {
  return {
    displayName: string(point.name.zh),
    displayNameEn: string(point.name.en),
    ...(point.unit === '' ? {} : { engUnit: string(point.unit) }),
    ...(point.range === null
      ? {}
      : {
          engLow: { type: SparkplugType.double, value: point.range.min },
          engHigh: { type: SparkplugType.double, value: point.range.max },
        }),
    ...(point.setpoint === null ? {} : { setpoint: { type: SparkplugType.double, value: point.setpoint } }),
    ...(point.states === null
      ? {}
      : { states: string(JSON.stringify(Object.fromEntries(point.states.map(({ value, name }) => [value, name])))) }),
    readOnly: boolean(true),
  };
}

function string(value: string | null): SparkplugProperty {
  return { type: SparkplugType.string, value };
}

function boolean(value: boolean): SparkplugProperty {
  return { type: SparkplugType.boolean, value };
}
