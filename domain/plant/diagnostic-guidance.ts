// What to do about alarms that the product itself makes of an instrument or a device that has gone blind, where the plant file says nothing of its own.
import type { AlarmKind } from '../alarms/alarm-definition.ts';
import type { LocalizedText } from '../text/localized-text.ts';

export interface Guidance {
  readonly cause: LocalizedText;
  readonly consequence: LocalizedText;
  readonly response: LocalizedText;
}

const blind: LocalizedText = { zh: '此处失去监视：真实状况未知', en: 'This place is not watched: its true state is unknown' };

export const diagnosticGuidance: Partial<Readonly<Record<AlarmKind, Guidance>>> = {
  stale: {
    cause: { zh: '设备、线路或仪表不再给出有效读数', en: 'The device, its line or the instrument gives no good reading any more' },
    consequence: blind,
    response: {
      zh: '查看设备连接；现场读表；通知仪表人员',
      en: 'Look at the device’s connection, read the gauge on site, call the instrument engineer',
    },
  },
  frozen: {
    cause: { zh: '仪表卡滞、变送器或网关停在旧值', en: 'The instrument sticks, or a transmitter or gateway repeats an old value' },
    consequence: blind,
    response: { zh: '与现场表比对；检查变送器与网关', en: 'Compare with the gauge on site; check transmitter and gateway' },
  },
  instrumentFault: {
    cause: { zh: '仪表故障、断线或超量程', en: 'The instrument has failed, its wire is broken, or it is beyond its range' },
    consequence: blind,
    response: { zh: '现场核实并加强巡视；安排检修仪表', en: 'Check on site and patrol more often; have the instrument repaired' },
  },
  commFail: {
    cause: { zh: '网络、供电或设备故障', en: 'Network, power supply or the device itself has failed' },
    consequence: { zh: '此设备的全部测点失去监视', en: 'All points of this device are not watched' },
    response: {
      zh: '查网络与供电；长于 15 分钟派人现场值守',
      en: 'Check network and power; beyond 15 minutes send somebody to watch on site',
    },
  },
};
