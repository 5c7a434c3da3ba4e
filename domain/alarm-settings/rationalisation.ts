// Rationalisation (IEC 62682:2014 clause 9): what somebody should look at in the alarms of a plant. Pure; asked by the settings table, by every draft, and by `plant check`.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { AlarmPriority } from '../alarms/priority.ts';
import type { Plant, Point } from '../plant/plant.ts';
import type { PointRole } from '../plant/plant-kinds.ts';
import { type AlarmSettingField, settingsOf } from './alarm-settings.ts';
import { type Finding, type FindingCode, findingKey } from './finding.ts';
import { computePriority } from './priority-matrix.ts';
import { isLimitAlarm, settingErrors } from './setting-errors.ts';
import { kindWords, priorityWords } from './setting-words.ts';

/** A safety alarm that waits longer than this is late. */
const longestSafetyDelayMs = 1_000;

/** On-delays beyond which an alarm of this instrument is unusual (docs/domain.md, section 5: general engineering practice). Limit and state alarms only. */
const usualOnDelayMs: Partial<Readonly<Record<PointRole, number>>> = {
  inletPressure: 5_000,
  outletPressure: 5_000,
  pressure: 15_000,
  filterDifferentialPressure: 60_000,
  regulatorTravel: 10_000,
  monitorTravel: 10_000,
  slamShut: 1_000,
  relief: 1_000,
  shutoffValve: 15_000,
  gasTemperature: 60_000,
  temperature: 60_000,
  flow: 15_000,
  odorantRate: 60_000,
  odorantLevel: 60_000,
  gasDetector: 3_000,
  flameDetector: 1_000,
  tankPressure: 15_000,
  tankLevel: 60_000,
  tankTemperature: 60_000,
  compressorSuction: 15_000,
  compressorDischarge: 15_000,
  emergencyStop: 1_000,
  upsCharge: 10_000,
  upsRuntime: 10_000,
  mainsVoltage: 10_000,
  mainsState: 10_000,
};

/** An alarm that could rise and return more often than this fills lists and journal when its instrument fails (docs/decisions/0013-each-raise-a-line.md). */
const shortestCycleMs = 1_000;

/** Shares that IEC 62682 and EEMUA 191 aim at; a tenth of all alarms beyond them is worth a look. */
export const targetShare = { low: 0.8, medium: 0.15, highAndCritical: 0.05 } as const;
const shareTolerance = 0.1;
const fewestForDistribution = 20;

/** Of the whole plant, or of the points, devices and stations that the named alarms belong to; the distribution is always the whole plant's. */
export function findingsOf(plant: Plant, onlyAlarmIds?: ReadonlySet<string>): readonly Finding[] {
  const isWanted = (alarms: readonly AlarmDefinition[]) => onlyAlarmIds === undefined || alarms.some((alarm) => onlyAlarmIds.has(alarm.id));
  return [
    ...plant.points.flatMap((point) => {
      const alarms = point.alarmIndexes.flatMap((index) => plant.alarms[index] ?? []);
      return isWanted(alarms) ? findingsOfPoint(alarms, point, plant) : [];
    }),
    ...plant.alarms
      .filter((alarm) => alarm.pointIndex === null)
      .flatMap((alarm) => (isWanted([alarm]) ? findingsOfPoint([alarm], null, plant) : [])),
    ...distributionFindings(plant.alarms),
  ];
}

function findingsOfPoint(alarms: readonly AlarmDefinition[], point: Point | null, plant: Plant): readonly Finding[] {
  return [
    ...settingErrors(alarms, point, plant.alarmManagement),
    ...alarms.flatMap((alarm) => [
      ...deadbandFindings(alarm, alarms),
      ...voteFindings(alarm, plant),
      ...guidanceFindings(alarm),
      ...delayFindings(alarm, point),
      ...chatterFindings(alarm, point),
      ...priorityFindings(alarm, plant),
    ]),
  ];
}

function warning(code: FindingCode, alarm: AlarmDefinition, field: AlarmSettingField, zh: string, en: string): Finding {
  return { code, severity: 'warning', alarmId: alarm.id, field, message: { zh, en } };
}

function deadbandFindings(alarm: AlarmDefinition, siblings: readonly AlarmDefinition[]): readonly Finding[] {
  const { deadband } = settingsOf(alarm);
  if (deadband === null) return [];
  if (deadband === 0)
    return [
      warning(
        'deadbandZero',
        alarm,
        'deadband',
        '回差为 0：数值在设定值附近会反复报警',
        'deadband 0: a value at the setpoint will chatter',
      ),
    ];
  if (alarm.kind === 'rateOfChange' || alarm.kind === 'deviation') {
    const { setpoint } = settingsOf(alarm);
    return setpoint !== null && deadband >= setpoint
      ? [
          warning(
            'deadbandTooLarge',
            alarm,
            'deadband',
            '回差不小于限值：报警无法复归',
            'the deadband is as large as the limit: the alarm could not clear',
          ),
        ]
      : [];
  }
  if (!isLimitAlarm(alarm)) return [];
  const others = siblings.filter(isLimitAlarm).filter((other) => other.kind !== alarm.kind);
  const nearest = others.toSorted((a, b) => Math.abs(a.setpoint - alarm.setpoint) - Math.abs(b.setpoint - alarm.setpoint))[0];
  if (nearest === undefined || deadband < Math.abs(nearest.setpoint - alarm.setpoint)) return [];
  return [
    warning(
      'deadbandTooLarge',
      alarm,
      'deadband',
      `回差 ${deadband} 不小于到${kindWords[nearest.kind].zh}（${nearest.setpoint}）的距离`,
      `deadband ${deadband} is as large as the distance to ${nearest.kind} (${nearest.setpoint})`,
    ),
  ];
}

/** A threshold that no member can reach. */
function voteFindings(alarm: AlarmDefinition, plant: Plant): readonly Finding[] {
  if (alarm.kind !== 'vote' || alarm.condition.compare === 'equals') return [];
  const { value } = alarm.condition;
  return alarm.memberPointIndexes.flatMap((index) => {
    const point = plant.points[index];
    if (point === undefined || point.range === null || (value >= point.range.min && value <= point.range.max)) return [];
    const range = `${point.range.min} – ${point.range.max}`;
    return [
      warning(
        'setpointOutsideRange',
        alarm,
        'setpoint',
        `阈值 ${value} 超出 ${point.tag} 的量程 ${range}`,
        `threshold ${value} lies outside the range ${range} of ${point.tag}`,
      ),
    ];
  });
}

/** Diagnostics are about the instrument itself: what to do is the same for all and not written at each. */
function guidanceFindings(alarm: AlarmDefinition): readonly Finding[] {
  if (alarm.class === 'diagnostic') return [];
  return [
    ...(alarm.cause === null ? [warning('missingCause', alarm, 'cause', '没有写原因', 'no cause')] : []),
    ...(alarm.consequence === null ? [warning('missingConsequence', alarm, 'consequence', '没有写后果', 'no consequence')] : []),
    ...(alarm.response === null
      ? [
          warning(
            'missingResponse',
            alarm,
            'response',
            '没有写处置措施：值班员不知道该做什么',
            'no response: the operator is not told what to do',
          ),
        ]
      : []),
    ...(alarm.responseTimeMs === null
      ? [warning('missingResponseTime', alarm, 'responseTimeMs', '没有写响应时间', 'no response time')]
      : []),
  ];
}

function delayFindings(alarm: AlarmDefinition, point: Point | null): readonly Finding[] {
  const found: Finding[] = [];
  const seconds = alarm.onDelayMs / 1_000;
  const usualMs = point === null ? undefined : usualOnDelayMs[point.role];
  const hasUsual = isLimitAlarm(alarm) || alarm.kind === 'state';
  if (alarm.class === 'safety') {
    if (!alarm.isLatching)
      found.push(
        warning('safetyNotLatching', alarm, 'isLatching', '安全类报警未锁存：消失后看不到它来过', 'a safety alarm that does not latch'),
      );
    // The first stage of a gas detector may wait as long as is usual for it.
    const mostMs = Math.max(longestSafetyDelayMs, alarm.kind === 'high' || alarm.kind === 'low' ? (usualMs ?? 0) : 0);
    if (alarm.onDelayMs > mostMs)
      found.push(warning('safetyDelayed', alarm, 'onDelayMs', `安全类报警延时 ${seconds} 秒`, `a safety alarm that waits ${seconds} s`));
  } else if (usualMs !== undefined && hasUsual && alarm.onDelayMs > usualMs)
    found.push(
      warning(
        'onDelayLong',
        alarm,
        'onDelayMs',
        `触发延时 ${seconds} 秒，此类仪表通常不超过 ${usualMs / 1_000} 秒`,
        `on-delay ${seconds} s; usual for such an instrument is up to ${usualMs / 1_000} s`,
      ),
    );
  return found;
}

/** Of what follows each scan of its point; the others have a window of their own. An off-delay makes no alarm later. */
function chatterFindings(alarm: AlarmDefinition, point: Point | null): readonly Finding[] {
  if (point === null || !(isLimitAlarm(alarm) || alarm.kind === 'deviation' || alarm.kind === 'state')) return [];
  const cycleMs = Math.max(alarm.onDelayMs, point.scanMs) + Math.max(alarm.offDelayMs, point.scanMs);
  if (cycleMs >= shortestCycleMs) return [];
  const timesASecond = Math.round(1_000 / cycleMs);
  return [
    warning(
      'chattersFast',
      alarm,
      'offDelayMs',
      `抖动时每秒可报警 ${timesASecond} 次，每次都记入日志：请加复归延时`,
      `chattering, it may rise ${timesASecond} times a second, each a line of the journal: give it an off-delay`,
    ),
  ];
}

function priorityFindings(alarm: AlarmDefinition, plant: Plant): readonly Finding[] {
  const computed = computePriority(plant.alarmManagement, alarm);
  if (computed === null || computed === alarm.priority) return [];
  const [set, wanted] = [priorityWords[alarm.priority], priorityWords[computed]];
  return [
    warning(
      'priorityDiffers',
      alarm,
      'priority',
      `优先级为${set.zh}，按矩阵应为${wanted.zh}`,
      `priority is ${alarm.priority}; the matrix says ${computed}`,
    ),
  ];
}

/** How many alarms of each priority. */
export function distributionOf(alarms: readonly AlarmDefinition[]): Readonly<Record<AlarmPriority, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const alarm of alarms) counts[alarm.priority] += 1;
  return counts;
}

function distributionFindings(alarms: readonly AlarmDefinition[]): readonly Finding[] {
  if (alarms.length < fewestForDistribution) return [];
  const counts = distributionOf(alarms);
  const share = (count: number) => count / alarms.length;
  const isTopHeavy = share(counts.critical + counts.high) > targetShare.highAndCritical + shareTolerance;
  if (!isTopHeavy && share(counts.low) >= targetShare.low - shareTolerance) return [];
  const percent = (count: number) => `${Math.round(share(count) * 100)} %`;
  const figures = `${percent(counts.low)} / ${percent(counts.medium)} / ${percent(counts.high + counts.critical)}`;
  return [
    {
      code: 'priorityDistribution',
      severity: 'warning',
      alarmId: null,
      field: null,
      message: {
        zh: `优先级分布 低/中/高与紧急 为 ${figures}，目标 80 / 15 / 5 %`,
        en: `priorities low / medium / high and critical are ${figures}; the aim is 80 / 15 / 5 %`,
      },
    },
  ];
}

/** Findings that a change brings, and those that it settles. */
export function compareFindings(
  before: readonly Finding[],
  after: readonly Finding[],
): { readonly introduced: readonly Finding[]; readonly settled: readonly Finding[] } {
  const [keysBefore, keysAfter] = [new Set(before.map(findingKey)), new Set(after.map(findingKey))];
  return {
    introduced: after.filter((finding) => !keysBefore.has(findingKey(finding))),
    settled: before.filter((finding) => !keysAfter.has(findingKey(finding))),
  };
}
