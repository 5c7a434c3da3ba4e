// What incidents are called in the two languages: for notifications and reports, which the server writes, and for the screens.
import type { LocalizedText } from '../text/localized-text.ts';
import type { IncidentKind, IncidentOutcome, IncidentState, MemberState, ReportDutyKind } from './incident.ts';
import type { PlanRole } from './response-plan.ts';

type Words<Name extends string> = Readonly<Record<Name, LocalizedText>>;

export const incidentKindWords: Words<IncidentKind> = {
  leak: { zh: '燃气泄漏', en: 'Gas leak' },
  lineBreak: { zh: '管道破裂', en: 'Line break' },
  fire: { zh: '火灾', en: 'Fire' },
  explosion: { zh: '爆炸', en: 'Explosion' },
  supplyInterruption: { zh: '供气中断', en: 'Supply interruption' },
  intrusion: { zh: '非法闯入', en: 'Intrusion' },
  other: { zh: '其他事件', en: 'Other incident' },
};

export const incidentStateWords: Words<IncidentState> = {
  opened: { zh: '已打开', en: 'Opened' },
  acknowledged: { zh: '已接警', en: 'Acknowledged' },
  dispatched: { zh: '已派出', en: 'Dispatched' },
  onSite: { zh: '已到场', en: 'On site' },
  controlled: { zh: '已控制', en: 'Controlled' },
  restored: { zh: '已恢复', en: 'Restored' },
  closed: { zh: '已关闭', en: 'Closed' },
};

export const incidentOutcomeWords: Words<IncidentOutcome> = {
  resolved: { zh: '处置完毕', en: 'Resolved' },
  falseAlarm: { zh: '误报', en: 'False alarm' },
  cancelled: { zh: '取消', en: 'Cancelled' },
};

export const memberStateWords: Words<MemberState> = {
  called: { zh: '已通知', en: 'Called' },
  onTheWay: { zh: '途中', en: 'On the way' },
  onSite: { zh: '在现场', en: 'On site' },
  left: { zh: '已撤离', en: 'Left' },
};

export const reportDutyWords: Words<ReportDutyKind> = {
  headOfUnit: { zh: '报告单位负责人', en: 'Report to the head of the unit' },
  authority: { zh: '报告主管部门', en: 'Report to the authority' },
  casualtyUpdate: { zh: '补报伤亡变化', en: 'Report the change of casualties' },
};

export const planRoleWords: Words<PlanRole> = {
  duty: { zh: '值班员', en: 'Duty staff' },
  supervisor: { zh: '值班长', en: 'Supervisor' },
  emergencyTeam: { zh: '抢险队', en: 'Emergency team' },
  engineer: { zh: '工程师', en: 'Engineer' },
  management: { zh: '单位负责人', en: 'Management' },
};

export const drillWord: LocalizedText = { zh: '演练', en: 'DRILL' };
