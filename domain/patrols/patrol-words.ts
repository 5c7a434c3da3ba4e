// Words for patrols in both languages, for screens, messages and evidence. One list, so that they never differ.
import type { LocalizedText } from '../text/localized-text.ts';
import type { CodeFault, PatrolProof, PatrolState } from './patrol.ts';
import type { PatrolKind } from './patrol-settings.ts';

export const patrolKindWords: Readonly<Record<PatrolKind, LocalizedText>> = {
  patrol: { zh: '巡查', en: 'Patrol' },
  checkList: { zh: '检查表', en: 'Check list' },
};

export const patrolStateWords: Readonly<Record<PatrolState, LocalizedText>> = {
  open: { zh: '进行中', en: 'Open' },
  late: { zh: '已超时', en: 'Late' },
  done: { zh: '按时完成', en: 'Done in time' },
  doneLate: { zh: '超时完成', en: 'Done late' },
  missed: { zh: '漏巡', en: 'Missed' },
};

export const patrolProofWords: Readonly<Record<PatrolProof, LocalizedText>> = {
  scan: { zh: '扫码', en: 'Code scanned' },
  tag: { zh: 'NFC 标签', en: 'NFC tag' },
  hand: { zh: '人工确认', en: 'By hand' },
};

export const codeFaultWords: Readonly<Record<CodeFault, LocalizedText>> = {
  forged: { zh: '不是本系统的码', en: 'not a code of this system' },
  replaced: { zh: '码已作废，应使用新标签', en: 'code was replaced by a newer label' },
  otherPlace: { zh: '其他点位的码', en: 'code of another place' },
};
