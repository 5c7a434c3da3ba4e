// Words of duty: people, roster, watch, escalation.
import type { Texts } from '../language/shared-words.ts';

const zhWords = {
  journalKind: {
    'person.contact': '联系方式变更',
    'roster.add': '排班增加',
    'roster.change': '排班变更',
    'roster.remove': '排班删除',
    'roster.copyWeek': '排班复制',
    'roster.rotate': '排班生成',
    'watch.take': '接班',
    'watch.takenOver': '未交接即接替',
    'watch.end': '离岗',
    'watch.handover': '交接班签字',
    'watch.log': '值班日志',
    'watch.logClosed': '交接事项办结',
    'watch.check': '查岗',
    'watch.checkAnswered': '查岗应答',
    'watch.checkMissed': '查岗无应答',
    'watch.checkVoid': '查岗作废',
    'duty.notice': '值班提示',
    'duty.noticeClosed': '值班提示已处理',
  },
} as const;

const enWords: Texts<typeof zhWords> = {
  journalKind: {
    'person.contact': 'Contact changed',
    'roster.add': 'Roster entry added',
    'roster.change': 'Roster entry changed',
    'roster.remove': 'Roster entry removed',
    'roster.copyWeek': 'Roster week copied',
    'roster.rotate': 'Roster filled by rotation',
    'watch.take': 'Watch taken',
    'watch.takenOver': 'Watch taken without handover',
    'watch.end': 'Watch left',
    'watch.handover': 'Handover signed',
    'watch.log': 'Watch log',
    'watch.logClosed': 'Handed-on matter settled',
    'watch.check': 'Watch check',
    'watch.checkAnswered': 'Watch check answered',
    'watch.checkMissed': 'Watch check missed',
    'watch.checkVoid': 'Watch check void',
    'duty.notice': 'Duty notice',
    'duty.noticeClosed': 'Duty notice settled',
  },
};

export { enWords as en, zhWords as zh };
