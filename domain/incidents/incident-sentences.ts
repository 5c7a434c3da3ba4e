// What happened in an incident, one sentence an event, in both languages and without its subject: the time line, the report and the retelling say it alike.
import type { LocalizedText } from '../text/localized-text.ts';
import type { IncidentEvent, LateReason } from './incident.ts';
import { drillWord, incidentKindWords, incidentOutcomeWords, incidentStateWords, reportDutyWords } from './incident-words.ts';
import type { PlanItem } from './response-plan.ts';

const lateWords: Readonly<Record<LateReason, LocalizedText>> = {
  alreadyDone: { zh: '此前已有人报告', en: 'had been reported before' },
  overtaken: { zh: '其后的状态已先到', en: 'a later state had come first' },
  beforeRelapse: { zh: '发生在险情反复之前', en: 'was said before it got worse again' },
  notControlled: { zh: '当时尚未报告已控制', en: 'control had not been reported' },
  closed: { zh: '事件已关闭', en: 'the incident was closed' },
};

const attemptedWords: Readonly<Record<string, LocalizedText>> = {
  acknowledge: { zh: '接警', en: 'acknowledgement' },
  dispatch: { zh: '派出', en: 'dispatch' },
  onTheWay: { zh: '出发', en: 'on the way' },
  arrive: { zh: '到场', en: 'arrival' },
  leave: { zh: '撤离', en: 'leaving' },
  control: { zh: '已控制', en: 'control' },
  restore: { zh: '已恢复', en: 'restoration' },
  relapse: { zh: '险情反复', en: 'relapse' },
  tick: { zh: '预案勾选', en: 'check-list item' },
  waive: { zh: '免报', en: 'waiver' },
  close: { zh: '关闭', en: 'closing' },
  cancel: { zh: '取消', en: 'cancelling' },
};

/** `items`: the check-list of the incident, for the words of what was ticked. */
export function incidentSentence(event: IncidentEvent, items: readonly PlanItem[] = []): LocalizedText {
  const comment = 'comment' in event && event.comment !== null ? event.comment : null;
  const said = (words: LocalizedText): LocalizedText =>
    comment === null ? words : { zh: `${words.zh}：${comment}`, en: `${words.en}: ${comment}` };
  switch (event.kind) {
    case 'open':
      return openSentence(event);
    case 'acknowledge':
      return said({ zh: '接警', en: 'acknowledged' });
    case 'dispatch': {
      const names = event.people.map((person) => person.displayName);
      return said({
        zh: names.length === 0 ? '派出抢险人员' : `派出 ${names.join('、')}`,
        en: names.length === 0 ? 'sent the team' : `sent ${names.join(', ')}`,
      });
    }
    case 'onTheWay':
      return said(movement(event, { zh: '出发，在途中', en: 'is on the way' }));
    case 'arrive':
      return said(movement(event, { zh: '到达现场', en: 'is on site' }));
    case 'leave':
      return said(movement(event, { zh: '撤离现场', en: 'has left the site' }));
    case 'control':
      return said({ zh: '报告已控制', en: 'reports it under control' });
    case 'restore':
      return said({ zh: '报告已恢复', en: 'reports it restored' });
    case 'relapse':
      return { zh: `报告险情反复：${event.reason}`, en: `reports it worse again: ${event.reason}` };
    case 'note':
      return { zh: event.text, en: event.text };
    case 'photo':
      return event.caption === null
        ? { zh: '上传照片', en: 'took a photo' }
        : { zh: `上传照片：${event.caption}`, en: `took a photo: ${event.caption}` };
    case 'locate':
      return { zh: '报告位置', en: 'told the position' };
    case 'tick':
      return tickSentence(event, items);
    case 'alarm': {
      const { message, alarmId } = event.alarm;
      return event.isTrigger
        ? { zh: `确认报警并入：${message.zh}（${alarmId}）`, en: `confirmed alarm joined: ${message.en} (${alarmId})` }
        : { zh: `报警并入：${message.zh}（${alarmId}）`, en: `alarm joined: ${message.en} (${alarmId})` };
    }
    case 'assess':
      return said(assessSentence(event));
    case 'saveReport':
      return { zh: `保存报告第 ${event.version} 版`, en: `saved version ${event.version} of the report` };
    case 'reported':
      return reportedSentence(event);
    case 'waive':
      return { zh: `免报（${event.dutyId}）：${event.reason}`, en: `waived a report (${event.dutyId}): ${event.reason}` };
    case 'overdue':
      return { zh: `逾期：${reportDutyWords[event.dutyKind].zh}`, en: `overdue: ${reportDutyWords[event.dutyKind].en}` };
    case 'review':
      return { zh: `写复盘，原因：${event.review.cause}`, en: `wrote the review, cause: ${event.review.cause}` };
    case 'close':
      return closeSentence(event);
    case 'cancel':
      return {
        zh: `以“${incidentOutcomeWords[event.outcome].zh}”关闭：${event.reason}`,
        en: `closed as ${incidentOutcomeWords[event.outcome].en.toLowerCase()}: ${event.reason}`,
      };
    case 'late':
      return lateSentence(event);
  }
}

type Of<Kind extends IncidentEvent['kind']> = Extract<IncidentEvent, { kind: Kind }>;

/** Told for somebody else, the sentence needs his name. */
function movement(event: Of<'onTheWay' | 'arrive' | 'leave'>, words: LocalizedText): LocalizedText {
  const who = event.person?.displayName;
  return who === undefined ? words : { zh: `报告：${who} ${words.zh}`, en: `tells that ${who} ${words.en}` };
}

function openSentence(event: Of<'open'>): LocalizedText {
  const kind = incidentKindWords[event.incidentKind];
  const more = event.isDrill ? event.scenario : event.description;
  const rest = { zh: more === null ? '' : `：${more}`, en: more === null ? '' : `: ${more}` };
  return event.isDrill
    ? { zh: `开始${drillWord.zh}（${kind.zh}）${rest.zh}`, en: `started a drill (${kind.en})${rest.en}` }
    : event.by === null
      ? { zh: `按规则自动打开事件（${kind.zh}）${rest.zh}`, en: `opened the incident by rule (${kind.en})${rest.en}` }
      : { zh: `打开事件（${kind.zh}）${rest.zh}`, en: `opened the incident (${kind.en})${rest.en}` };
}

function tickSentence(event: Of<'tick'>, items: readonly PlanItem[]): LocalizedText {
  const item = items.find((candidate) => candidate.id === event.itemId)?.text ?? { zh: event.itemId, en: event.itemId };
  const note = event.note === null ? '' : ` (${event.note})`;
  switch (event.result) {
    case 'done':
      return { zh: `完成预案项：${item.zh}${note}`, en: `did: ${item.en}${note}` };
    case 'notApplicable':
      return { zh: `预案项不适用：${item.zh}${note}`, en: `not applicable: ${item.en}${note}` };
    case 'open':
      return { zh: `撤回预案项：${item.zh}${note}`, en: `took back: ${item.en}${note}` };
  }
}

function assessSentence(event: Of<'assess'>): LocalizedText {
  const zh: string[] = [];
  const en: string[] = [];
  if (event.incidentKind !== null) {
    zh.push(`类型改为${incidentKindWords[event.incidentKind].zh}`);
    en.push(`kind: ${incidentKindWords[event.incidentKind].en}`);
  }
  if (event.casualties !== null) {
    const { dead, injured, missing, evacuated } = event.casualties;
    zh.push(`死亡 ${dead}、受伤 ${injured}、失踪 ${missing}、疏散 ${evacuated} 人`);
    en.push(`dead ${dead}, injured ${injured}, missing ${missing}, evacuated ${evacuated}`);
  }
  if (event.directLoss !== null) {
    zh.push(`直接损失 ${event.directLoss} 元`);
    en.push(`direct loss CNY ${event.directLoss}`);
  }
  return { zh: `更新情况：${zh.join('；')}`, en: `assessed: ${en.join('; ')}` };
}

function reportedSentence(event: Of<'reported'>): LocalizedText {
  const by = event.channel === '' ? '' : event.channel;
  const version = event.reportVersion;
  return {
    zh: `已报告 ${event.toWhom}${by === '' ? '' : `（${by}）`}${version === null ? '' : `，报告第 ${version} 版`}`,
    en: `reported to ${event.toWhom}${by === '' ? '' : ` (${by})`}${version === null ? '' : `, version ${version} of the report`}`,
  };
}

function closeSentence(event: Of<'close'>): LocalizedText {
  const state = incidentStateWords.closed;
  if (event.missingItemIds.length === 0) return { zh: `关闭事件（${state.zh}）`, en: 'closed the incident' };
  const missing = event.missingItemIds.join(', ');
  return {
    zh: `关闭事件，未完成预案项：${missing}；${event.missingReason ?? ''}`,
    en: `closed the incident; items left open: ${missing}; ${event.missingReason ?? ''}`,
  };
}

function lateSentence(event: Of<'late'>): LocalizedText {
  const attempted = attemptedWords[event.attempted] ?? { zh: event.attempted, en: event.attempted };
  const because = lateWords[event.because];
  const who = event.earlier?.by?.displayName;
  const comment = event.comment === null ? '' : `: ${event.comment}`;
  return {
    zh: `“${attempted.zh}”未生效（${because.zh}${who === undefined ? '' : `，${who}`}）${comment}`,
    en: `${attempted.en} without effect (${because.en}${who === undefined ? '' : `, ${who}`})${comment}`,
  };
}
