// What hazards are called in the two languages: for sheets and notifications, which the server writes, and for the screens.
import { exhaustive } from '../exhaustive.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import type { CalibrationStanding } from './calibration.ts';
import type { FiveSettled, HazardEvent, HazardGrade, HazardSource, HazardState, SettledPart } from './hazard.ts';

type Words<Name extends string> = Readonly<Record<Name, LocalizedText>>;

export const hazardStateWords: Words<HazardState> = {
  reported: { zh: '已上报', en: 'Reported' },
  confirmed: { zh: '已定级', en: 'Confirmed' },
  planned: { zh: '制定方案', en: 'Planning' },
  rectifying: { zh: '整改中', en: 'Rectifying' },
  submitted: { zh: '待验收', en: 'Submitted' },
  accepted: { zh: '已验收', en: 'Accepted' },
  closed: { zh: '已销号', en: 'Closed' },
  reopened: { zh: '重新打开', en: 'Reopened' },
  rejected: { zh: '不予立项', en: 'Rejected' },
};

export const hazardGradeWords: Words<HazardGrade> = {
  ordinary: { zh: '一般隐患', en: 'Ordinary' },
  major: { zh: '重大隐患', en: 'Major' },
};

export const hazardSourceWords: Words<HazardSource> = {
  inspection: { zh: '自查', en: 'Own inspection' },
  patrol: { zh: '巡查', en: 'Patrol' },
  alarm: { zh: '报警', en: 'Alarm' },
  audit: { zh: '配置核查', en: 'Coverage audit' },
  inspector: { zh: '监管检查', en: 'Inspector' },
  public: { zh: '群众举报', en: 'Public report' },
  incident: { zh: '事件复盘', en: 'Incident review' },
  import: { zh: '台账导入', en: 'Imported' },
};

export const settledPartWords: Words<SettledPart> = {
  responsible: { zh: '整改责任人', en: 'Person responsible' },
  measure: { zh: '整改措施', en: 'Measure' },
  fundsYuan: { zh: '整改资金（元）', en: 'Funds (yuan)' },
  deadline: { zh: '整改时限', en: 'Deadline' },
  contingency: { zh: '应急预案', en: 'Contingency plan' },
};

export const calibrationStandingWords: Words<CalibrationStanding> = {
  overdue: { zh: '已过期', en: 'Overdue' },
  unknown: { zh: '无记录', en: 'No record' },
  dueSoon: { zh: '即将到期', en: 'Due soon' },
  inDate: { zh: '有效', en: 'In date' },
};

const both = (text: string): LocalizedText => ({ zh: text, en: text });
const said = (words: LocalizedText, more: string | null): LocalizedText =>
  more === null || more === '' ? words : { zh: `${words.zh}：${more}`, en: `${words.en}: ${more}` };

/** One sentence an event, without its subject: history and journal say it alike. */
export function hazardSentence(event: HazardEvent): LocalizedText {
  switch (event.kind) {
    case 'report':
      return said({ zh: '上报隐患', en: 'reported the hazard' }, event.finding.description);
    case 'confirm':
    case 'regrade':
      return gradeSentence(event);
    case 'reject':
      return said({ zh: '不予立项', en: 'rejected it' }, event.reason);
    case 'plan':
      return said({ zh: `五落实已定 ${settledText(event.settled).zh}`, en: `settled ${settledText(event.settled).en}` }, event.reason);
    case 'start':
      return { zh: '五落实齐全，开始整改', en: 'all five settled, work began' };
    case 'note':
      return both(event.text);
    case 'submit':
      return said({ zh: '提请验收', en: 'submitted the work' }, event.result);
    case 'accept':
      return said({ zh: '验收合格', en: 'accepted the work' }, event.comment);
    case 'refuse':
      return said({ zh: '验收不合格，退回整改', en: 'refused the work' }, event.reason);
    case 'close':
      return said({ zh: `销号 ${event.number}`, en: `struck it off as ${event.number}` }, event.comment);
    case 'reopen':
      return said({ zh: '重新打开', en: 'reopened it' }, event.reason);
    case 'photo':
      return said({ zh: '添加照片', en: 'added a photo' }, event.photo.caption);
    case 'atRisk':
      return { zh: `时限 ${event.deadline} 将到`, en: `the deadline ${event.deadline} is near` };
    case 'overdue':
      return { zh: `时限 ${event.deadline} 已过，未完成验收`, en: `the deadline ${event.deadline} has passed without acceptance` };
    case 'suspendSupply':
      return { zh: '重大隐患逾期：应停止供气直至整改完成', en: 'major and overdue: supply is to be suspended until the work is done' };
    case 'liftSuspension':
      return { zh: '停止供气标志解除', en: 'the supply suspension flag was lowered' };
    case 'proposeSettled':
      return said({ zh: '核查发现已整改，待人工验收', en: 'the audit finds it settled; a person has to accept' }, event.reason);
    case 'withdrawProposal':
      return said({ zh: '核查发现仍缺，退回', en: 'the audit finds it missing again' }, event.reason);
    case 'import':
      return { zh: `由台账导入（第 ${event.row} 行）`, en: `brought in by a sheet (row ${event.row})` };
    case 'amend':
      return { zh: `由台账修改描述（第 ${event.row} 行）`, en: `amended by a sheet (row ${event.row})` };
    default:
      return exhaustive(event, 'hazard event');
  }
}

function gradeSentence(event: Extract<HazardEvent, { kind: 'confirm' | 'regrade' }>): LocalizedText {
  const grade = hazardGradeWords[event.grade];
  const listed =
    event.supervisedBy === null ? both('') : { zh: `，挂牌督办（${event.supervisedBy}）`, en: `, supervised by ${event.supervisedBy}` };
  return said(
    event.kind === 'confirm'
      ? { zh: `定级为${grade.zh}${listed.zh}`, en: `graded it ${grade.en.toLowerCase()}${listed.en}` }
      : { zh: `改定为${grade.zh}${listed.zh}`, en: `changed the grade to ${grade.en.toLowerCase()}${listed.en}` },
    event.basis,
  );
}

function settledText({ responsible, measure, fundsYuan, deadline, contingency }: FiveSettled): LocalizedText {
  const count = [responsible, measure, fundsYuan, deadline, contingency].filter((part) => part !== null).length;
  const who = responsible?.name ?? '—';
  return {
    zh: `${count}/5（${who}，${fundsYuan === null ? '—' : `${fundsYuan} 元`}，${deadline ?? '—'} 前）`,
    en: `${count}/5 (${who}, ${fundsYuan === null ? '—' : `¥${fundsYuan}`}, by ${deadline ?? '—'})`,
  };
}
