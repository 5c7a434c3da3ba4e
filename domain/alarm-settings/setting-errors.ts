// Settings that must never be in force: the same checks for a plant file, an imported sheet and an edit on the screen.
import type { AlarmDefinition, LimitAlarm, LimitKind } from '../alarms/alarm-definition.ts';
import { limitKinds } from '../alarms/alarm-definition.ts';
import type { Point } from '../plant/plant.ts';
import type { AlarmSettingField } from './alarm-settings.ts';
import type { Finding, FindingCode } from './finding.ts';
import { type AlarmManagement, computePriority } from './priority-matrix.ts';
import { kindWords } from './setting-words.ts';

/** From the lowest to the highest. */
const limitOrder: readonly LimitKind[] = ['lowLow', 'low', 'high', 'highHigh'];

export function isLimitAlarm(alarm: AlarmDefinition): alarm is LimitAlarm {
  return (limitKinds as readonly string[]).includes(alarm.kind);
}

/** Errors of all alarms of one point. `point` null: alarms of a device or a station, which stand each for itself. */
export function settingErrors(alarms: readonly AlarmDefinition[], point: Point | null, management: AlarmManagement): readonly Finding[] {
  return [...(point === null ? [] : orderErrors(alarms)), ...alarms.flatMap((alarm) => errorsOfOne(alarm, point, management))];
}

function orderErrors(alarms: readonly AlarmDefinition[]): readonly Finding[] {
  const limits = alarms.filter(isLimitAlarm);
  const present = limitOrder
    .map((kind) => limits.filter((alarm) => alarm.kind === kind).toSorted((a, b) => a.setpoint - b.setpoint))
    .filter((found) => found.length > 0);
  return present.flatMap((upperOnes, index): readonly Finding[] => {
    const lower = present[index - 1]?.at(-1);
    const upper = upperOnes[0];
    if (lower === undefined || upper === undefined || upper.setpoint > lower.setpoint) return [];
    // The outer one of the two is named: HH that does not lie above H, LL that does not lie below L.
    const outer = upper.kind === 'low' ? lower : upper;
    return [
      error('limitsOutOfOrder', outer, 'setpoint', {
        zh: `${kindWords[upper.kind].zh}（${upper.setpoint}）必须高于${kindWords[lower.kind].zh}（${lower.setpoint}）`,
        en: `${upper.kind} (${upper.setpoint}) must lie above ${lower.kind} (${lower.setpoint})`,
      }),
    ];
  });
}

function errorsOfOne(alarm: AlarmDefinition, point: Point | null, management: AlarmManagement): readonly Finding[] {
  const found: Finding[] = [];
  const range = point?.range ?? null;
  if (isLimitAlarm(alarm) && range !== null && (alarm.setpoint < range.min || alarm.setpoint > range.max))
    found.push(
      error('setpointOutsideRange', alarm, 'setpoint', {
        zh: `${kindWords[alarm.kind].zh}设定值 ${alarm.setpoint} 超出量程 ${range.min} 至 ${range.max}：永远达不到`,
        en: `setpoint ${alarm.setpoint} of ${alarm.kind} lies outside the range ${range.min} to ${range.max}: it could never be reached`,
      }),
    );
  if ((alarm.kind === 'rateOfChange' && alarm.limitPerMinute <= 0) || (alarm.kind === 'deviation' && alarm.limit <= 0))
    found.push(error('limitNotPositive', alarm, 'setpoint', { zh: '限值必须大于 0', en: 'the limit must be above 0' }));
  if (alarm.kind === 'rateOfChange' && point !== null && alarm.windowMs < 3 * point.scanMs)
    found.push(
      error('windowTooShort', alarm, 'windowMs', {
        zh: `时间窗至少要包含 3 次扫描（${3 * point.scanMs} ms）`,
        en: `window must hold at least 3 scans (${3 * point.scanMs} ms)`,
      }),
    );
  const { consequenceClassId } = alarm;
  const classIds = management.consequenceClasses.map(({ id }) => id);
  if (consequenceClassId !== null && !classIds.includes(consequenceClassId))
    found.push(
      error('unknownConsequenceClass', alarm, 'consequenceClassId', {
        zh: `没有后果等级 ${consequenceClassId}：现有 ${classIds.join('、')}`,
        en: `${consequenceClassId} is not a consequence class: there are ${classIds.join(', ')}`,
      }),
    );
  else if (alarm.isPriorityComputed && computePriority(management, alarm) === null)
    found.push(
      error('priorityNotComputable', alarm, 'priority', {
        zh: '按矩阵计算优先级需要后果等级和响应时间',
        en: 'a computed priority needs a consequence class and a response time',
      }),
    );
  return found;
}

function error(code: FindingCode, alarm: AlarmDefinition, field: AlarmSettingField, message: Finding['message']): Finding {
  return { code, severity: 'error', alarmId: alarm.id, field, message };
}
