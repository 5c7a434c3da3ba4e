// What an alarm says where the plant file gives no message of its own.

import type { LocalizedText } from '../text/localized-text.ts';
import type { PointAlarmFile } from './alarm-schema.ts';

const about =
  (zh: string, en: string) =>
  (name: LocalizedText): LocalizedText => ({ zh: `${name.zh}${zh}`, en: `${name.en}: ${en}` });

const point: Readonly<Record<PointAlarmFile['kind'], (name: LocalizedText) => LocalizedText>> = {
  highHigh: about('高高限报警', 'high-high'),
  high: about('高限报警', 'high'),
  low: about('低限报警', 'low'),
  lowLow: about('低低限报警', 'low-low'),
  rateOfChange: about('变化过快', 'changes too fast'),
  deviation: about('偏离设定值', 'deviates from its set-point'),
  state: about('状态异常', 'abnormal state'),
  stale: about('数据中断', 'no good data'),
  frozen: about('数值不变', 'value frozen'),
  instrumentFault: about('仪表故障', 'instrument fault'),
};

export const alarmMessages = {
  point,
  commFail: about('通信中断', 'communication lost'),
  vote: about('多点表决报警', 'vote alarm'),
  expression: about('逻辑报警', 'logic alarm'),
} as const;
