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
  },
};

export { enWords as en, zhWords as zh };
