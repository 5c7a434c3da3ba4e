// Alarms of the plant file, compiled: ids, default texts, cross-references, computed priorities, and what must never be in force (HH below H, setpoint out of range).
import type { AlarmSettingField } from '../alarm-settings/alarm-settings.ts';
import type { FindingCode } from '../alarm-settings/finding.ts';
import { type AlarmManagement, computePriority } from '../alarm-settings/priority-matrix.ts';
import { settingErrors } from '../alarm-settings/setting-errors.ts';
import type { AlarmDefinition, AlarmKind, VoteCondition } from '../alarms/alarm-definition.ts';
import type { AlarmClass, AlarmPriority } from '../alarms/priority.ts';
import { exhaustive } from '../exhaustive.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import { alarmMessages } from './alarm-messages.ts';
import type { PointAlarmFile, StationAlarmFile } from './alarm-schema.ts';
import type { CameraDeviceFile } from './camera-devices.ts';
import { diagnosticGuidance, type Guidance } from './diagnostic-guidance.ts';
import type { Device, Point, Station } from './plant.ts';
import type { DeviceFile, PlantFile, PointFile, StationFile } from './plant-file.ts';
import type { PathPart, PlantIssues } from './plant-issues.ts';
import { classUnlessStated } from './safety-roles.ts';

type DefaultAlarms = PlantFile['defaultAlarms'];

interface CommonFile {
  readonly priority: AlarmPriority | 'computed';
  readonly class: AlarmClass;
  readonly onDelay: number;
  readonly offDelay: number;
  readonly latching: boolean;
  readonly message?: LocalizedText | undefined;
  readonly cause?: LocalizedText | undefined;
  readonly consequence?: LocalizedText | undefined;
  readonly consequenceClass?: string | undefined;
  readonly response?: LocalizedText | undefined;
  readonly responseTime?: number | undefined;
}

interface Place {
  readonly index: number;
  readonly id: string;
  readonly stationIndex: number;
  readonly pointIndex: number | null;
  readonly deviceIndex: number | null;
}

function common<P extends Place>(
  place: P,
  file: CommonFile,
  fallbackMessage: LocalizedText,
  management: AlarmManagement,
  guidance: Guidance | undefined = undefined,
) {
  const consequenceClassId = file.consequenceClass ?? null;
  const responseTimeMs = file.responseTime ?? null;
  return {
    ...place,
    // Where it cannot be computed the plant is not handed out: `reportErrors` says so.
    priority:
      file.priority === 'computed' ? (computePriority(management, { consequenceClassId, responseTimeMs }) ?? 'critical') : file.priority,
    isPriorityComputed: file.priority === 'computed',
    consequenceClassId,
    class: file.class,
    onDelayMs: file.onDelay,
    offDelayMs: file.offDelay,
    isLatching: file.latching,
    message: file.message ?? fallbackMessage,
    cause: file.cause ?? guidance?.cause ?? null,
    consequence: file.consequence ?? guidance?.consequence ?? null,
    response: file.response ?? guidance?.response ?? null,
    responseTimeMs,
  };
}

const diagnostic = { class: 'diagnostic', onDelay: 0, offDelay: 0, latching: false } as const;

interface DeviceAlarmContext {
  readonly file: DeviceFile | CameraDeviceFile;
  readonly device: Device;
  readonly index: number;
  readonly defaults: DefaultAlarms;
  readonly management: AlarmManagement;
  readonly path: readonly PathPart[];
  readonly issues: PlantIssues;
}

/** Every device has exactly one: its points' own stale alarms are suppressed by design under it. */
export function deviceAlarm({ file, device, index, defaults, management, path, issues }: DeviceAlarmContext): AlarmDefinition {
  const place = { index, id: `${device.id}.commFail`, stationIndex: device.stationIndex, pointIndex: null, deviceIndex: device.index };
  const settings = file.commFail ?? { ...diagnostic, ...defaults.commFail };
  const alarm: AlarmDefinition = {
    ...common(place, { ...settings, class: 'diagnostic' }, alarmMessages.commFail(device.name), management, diagnosticGuidance.commFail),
    kind: 'commFail',
    deviceIndex: device.index,
    afterMs: settings.after,
  };
  reportErrors([alarm], null, management, issues, () => [...path, 'commFail']);
  return alarm;
}

/** The setting's key in the plant file. */
const fileKeys: Partial<Readonly<Record<AlarmSettingField, string>>> = {
  windowMs: 'window',
  consequenceClassId: 'consequenceClass',
  priority: 'priority',
};
/** These are about several alarms of the point together. */
const togetherCodes: readonly FindingCode[] = ['limitsOutOfOrder', 'setpointOutsideRange'];

function reportErrors(
  alarms: readonly AlarmDefinition[],
  point: Point | null,
  management: AlarmManagement,
  issues: PlantIssues,
  pathOf: (position: number | null) => readonly PathPart[],
): void {
  for (const { code, field, alarmId, message } of settingErrors(alarms, point, management)) {
    const isTogether = togetherCodes.includes(code);
    const key = field === null ? undefined : fileKeys[field];
    const position = isTogether ? null : alarms.findIndex((alarm) => alarm.id === alarmId);
    issues.error([...pathOf(position), ...(isTogether || key === undefined ? [] : [key])], message.en);
  }
}

interface PointAlarmContext {
  readonly file: PointFile;
  readonly point: Point;
  readonly pointByTag: ReadonlyMap<string, Point>;
  readonly defaults: DefaultAlarms;
  readonly management: AlarmManagement;
  readonly firstIndex: number;
  readonly path: readonly PathPart[];
  readonly issues: PlantIssues;
}

export function compilePointAlarms(context: PointAlarmContext): readonly AlarmDefinition[] {
  const { file, point, defaults, management, issues, path } = context;
  const alarms: AlarmDefinition[] = [];
  const names = new Set<string>();
  const place = (name: string) => ({
    index: context.firstIndex + alarms.length,
    id: `${point.id}.${name}`,
    stationIndex: point.stationIndex,
    pointIndex: point.index,
    deviceIndex: point.deviceIndex,
  });
  file.alarms.forEach((alarmFile, position) => {
    const at: PathPart[] = [...path, 'alarms', position];
    const name = alarmFile.name ?? alarmFile.kind;
    if (names.has(name)) issues.error(at, `point ${point.id} has two alarms named ${name}: give one of them a name`);
    names.add(name);
    alarms.push(compilePointAlarm(alarmFile, place(name), context, at));
  });
  reportErrors(alarms, point, management, issues, (position) => [...path, 'alarms', ...(position === null ? [] : [position])]);
  if (file.defaultAlarms) {
    if (!file.alarms.some((alarm) => alarm.kind === 'stale')) {
      const settings = { ...diagnostic, ...defaults.stale };
      // A point that is scanned slowly is not stale before it has missed three scans.
      const afterMs = Math.max(defaults.stale.after, 3 * point.scanMs);
      alarms.push({
        ...common(place('stale'), settings, alarmMessages.point.stale(point.name), management, diagnosticGuidance.stale),
        kind: 'stale',
        afterMs,
      });
    }
    if (point.kind === 'analog' && !file.alarms.some((alarm) => alarm.kind === 'instrumentFault')) {
      const settings = { ...diagnostic, ...defaults.instrumentFault };
      alarms.push({
        ...common(
          place('instrumentFault'),
          settings,
          alarmMessages.point.instrumentFault(point.name),
          management,
          diagnosticGuidance.instrumentFault,
        ),
        kind: 'instrumentFault',
      });
    }
  }
  return alarms;
}

function compilePointAlarm(
  file: PointAlarmFile,
  place: Place & { readonly pointIndex: number; readonly deviceIndex: number },
  context: PointAlarmContext,
  at: readonly PathPart[],
): AlarmDefinition {
  const { point, pointByTag, issues } = context;
  const base = common(
    place,
    { ...file, class: file.class ?? classUnlessStated(file.kind, [point]) },
    alarmMessages.point[file.kind](point.name),
    context.management,
    diagnosticGuidance[file.kind],
  );
  if (point.kind === 'text') issues.error(at, 'a text point cannot have alarms');
  const analogOnly: readonly AlarmKind[] = ['highHigh', 'high', 'low', 'lowLow', 'rateOfChange', 'deviation'];
  if (point.kind === 'discrete' && analogOnly.includes(file.kind))
    issues.error([...at, 'kind'], `${file.kind} is for analogue points; use state for ${point.tag}`);
  switch (file.kind) {
    case 'highHigh':
    case 'high':
    case 'low':
    case 'lowLow':
      return { ...base, kind: file.kind, setpoint: file.setpoint, deadband: file.deadband };
    case 'rateOfChange':
      return {
        ...base,
        kind: 'rateOfChange',
        limitPerMinute: file.limit,
        deadbandPerMinute: file.deadband,
        windowMs: file.window,
        direction: file.direction,
      };
    case 'deviation': {
      if (typeof file.reference === 'number')
        return {
          ...base,
          kind: 'deviation',
          limit: file.limit,
          deadband: file.deadband,
          reference: { kind: 'constant', value: file.reference },
        };
      const reference = pointByTag.get(file.reference);
      if (reference === undefined) issues.error([...at, 'reference'], `${file.reference} is not a point of this station`);
      return {
        ...base,
        kind: 'deviation',
        limit: file.limit,
        deadband: file.deadband,
        reference: { kind: 'point', pointIndex: reference?.index ?? point.index },
      };
    }
    case 'state':
      if ((file.equals === undefined) === (file.notEquals === undefined)) issues.error(at, 'give exactly one of equals and notEquals');
      return { ...base, kind: 'state', value: file.equals ?? file.notEquals ?? 0, isNegated: file.equals === undefined };
    case 'stale':
      return { ...base, kind: 'stale', afterMs: file.after };
    case 'frozen':
      return { ...base, kind: 'frozen', afterMs: file.after };
    case 'instrumentFault':
      return { ...base, kind: 'instrumentFault' };
    default:
      return exhaustive(file, 'alarm kind');
  }
}

interface StationAlarmContext {
  readonly file: StationFile;
  readonly station: Station;
  readonly pointByTag: ReadonlyMap<string, Point>;
  readonly management: AlarmManagement;
  readonly firstIndex: number;
  readonly path: readonly PathPart[];
  readonly issues: PlantIssues;
}

export function compileStationAlarms(context: StationAlarmContext): readonly AlarmDefinition[] {
  const alarms = context.file.alarms.map((file, position) => {
    const place = {
      index: context.firstIndex + position,
      id: `${context.station.id}.${file.name}`,
      stationIndex: context.station.index,
      pointIndex: null,
      deviceIndex: null,
    };
    return compileStationAlarm(file, place, context, [...context.path, 'alarms', position]);
  });
  reportErrors(alarms, null, context.management, context.issues, (position) => [
    ...context.path,
    'alarms',
    ...(position === null ? [] : [position]),
  ]);
  return alarms;
}

function compileStationAlarm(
  file: StationAlarmFile,
  place: Place,
  { pointByTag, station, management, issues }: StationAlarmContext,
  at: readonly PathPart[],
): AlarmDefinition {
  const find = (tag: string, path: readonly PathPart[]): number => {
    const point = pointByTag.get(tag);
    if (point === undefined) issues.error(path, `${tag} is not a point of station ${station.id}`);
    return point?.index ?? 0;
  };
  const withClass = (tags: readonly string[]) => ({
    ...file,
    class:
      file.class ??
      classUnlessStated(
        file.kind,
        tags.flatMap((tag) => pointByTag.get(tag) ?? []),
      ),
  });
  switch (file.kind) {
    case 'vote': {
      if (file.required > file.members.length)
        issues.error([...at, 'required'], `${file.required} of ${file.members.length} members can never be reached`);
      return {
        ...common(place, withClass(file.members), alarmMessages.vote(station.name), management),
        kind: 'vote',
        required: file.required,
        memberPointIndexes: file.members.map((tag, index) => find(tag, [...at, 'members', index])),
        condition: voteCondition(file.condition),
        badMember: file.badMember,
      };
    }
    case 'expression':
      return {
        ...common(place, withClass(Object.values(file.variables)), alarmMessages.expression(station.name), management),
        kind: 'expression',
        formula: file.formula,
        variables: Object.entries(file.variables).map(([name, tag]) => ({ name, pointIndex: find(tag, [...at, 'variables', name]) })),
      };
    default:
      return exhaustive(file, 'station alarm kind');
  }
}

function voteCondition(file: Extract<StationAlarmFile, { kind: 'vote' }>['condition']): VoteCondition {
  if ('above' in file) return { compare: 'above', value: file.above, deadband: file.deadband };
  if ('below' in file) return { compare: 'below', value: file.below, deadband: file.deadband };
  return { compare: 'equals', value: file.equals, deadband: 0 };
}
