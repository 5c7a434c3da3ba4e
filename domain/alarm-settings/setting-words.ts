// Words of alarm settings in both languages: headings and cells of a sheet, findings, differences. The screens use the same, so that a sheet and a screen read alike.
import type { AlarmKind } from '../alarms/alarm-definition.ts';
import type { AlarmClass } from '../alarms/priority.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import type { AlarmSettingField, SettingPriority } from './alarm-settings.ts';
import type { FindingCode } from './finding.ts';

const words = (zh: string, en: string): LocalizedText => ({ zh, en });

export const kindWords: Readonly<Record<AlarmKind, LocalizedText>> = {
  highHigh: words('高高限', 'High-high'),
  high: words('高限', 'High'),
  low: words('低限', 'Low'),
  lowLow: words('低低限', 'Low-low'),
  rateOfChange: words('变化率', 'Rate of change'),
  deviation: words('偏差', 'Deviation'),
  state: words('状态', 'State'),
  stale: words('数据陈旧', 'Stale'),
  frozen: words('数值冻结', 'Frozen'),
  instrumentFault: words('仪表故障', 'Instrument fault'),
  commFail: words('通信中断', 'Communication failure'),
  vote: words('表决', 'Vote'),
  expression: words('逻辑', 'Logic'),
  monitor: words('监控系统', 'Monitor'),
};

export const priorityWords: Readonly<Record<SettingPriority, LocalizedText>> = {
  critical: words('紧急', 'Critical'),
  high: words('高', 'High'),
  medium: words('中', 'Medium'),
  low: words('低', 'Low'),
  computed: words('按矩阵', 'By matrix'),
};

export const classWords: Readonly<Record<AlarmClass, LocalizedText>> = {
  safety: words('安全', 'Safety'),
  process: words('工艺', 'Process'),
  equipment: words('设备', 'Equipment'),
  security: words('安防', 'Security'),
  diagnostic: words('诊断', 'Diagnostic'),
};

export const yesWords = words('是', 'Yes');
export const noWords = words('否', 'No');

export const fieldWords: Readonly<Record<AlarmSettingField, LocalizedText>> = {
  setpoint: words('设定值', 'Setpoint'),
  deadband: words('回差', 'Deadband'),
  afterMs: words('判定时间', 'After'),
  windowMs: words('时间窗', 'Window'),
  onDelayMs: words('触发延时', 'On-delay'),
  offDelayMs: words('复归延时', 'Off-delay'),
  isLatching: words('锁存', 'Latching'),
  priority: words('优先级', 'Priority'),
  class: words('类别', 'Class'),
  consequenceClassId: words('后果等级', 'Consequence class'),
  responseTimeMs: words('响应时间', 'Response time'),
  message: words('报警文字', 'Message'),
  cause: words('原因', 'Cause'),
  consequence: words('后果', 'Consequence'),
  response: words('处置', 'Response'),
};

export const findingWords: Readonly<Record<FindingCode, LocalizedText>> = {
  setpointOutsideRange: words('设定值超量程', 'Setpoint outside the range'),
  limitsOutOfOrder: words('限值次序颠倒', 'Limits out of order'),
  limitNotPositive: words('限值不大于 0', 'Limit not above 0'),
  windowTooShort: words('时间窗过短', 'Window too short'),
  unknownConsequenceClass: words('没有此后果等级', 'Unknown consequence class'),
  priorityNotComputable: words('优先级无法计算', 'Priority cannot be computed'),
  deadbandZero: words('回差为 0', 'Deadband 0'),
  deadbandTooLarge: words('回差过大', 'Deadband too large'),
  missingCause: words('缺原因', 'No cause'),
  missingConsequence: words('缺后果', 'No consequence'),
  missingResponse: words('缺处置', 'No response'),
  missingResponseTime: words('缺响应时间', 'No response time'),
  safetyNotLatching: words('安全类未锁存', 'Safety alarm does not latch'),
  safetyDelayed: words('安全类有延时', 'Safety alarm is delayed'),
  onDelayLong: words('触发延时偏长', 'On-delay unusually long'),
  chattersFast: words('抖动可能过快', 'May chatter fast'),
  priorityDiffers: words('优先级与矩阵不符', 'Priority differs from the matrix'),
  priorityDistribution: words('优先级分布', 'Distribution of priorities'),
  approvedSettingsSetAside: words('已批准设置未生效', 'Approved settings not in force'),
  plantFileChangedSince: words('厂站文件此后已改', 'Plant file changed since'),
};
