// A leak as it comes in life: one detector first, then its neighbours agree (the vote), and it goes on until people close the valve. Then the gas blows away.
import type { Scenario } from './scenario.ts';

/** Until the first detector sees all of it. */
const growsMs = 12_000;
/** Then the cloud reaches the next detectors. */
const spreadsFromMs = 20_000;
const spreadsMs = 15_000;

const part = (elapsedMs: number, fromMs: number, lengthMs: number): number => Math.min(1, Math.max(0, (elapsedMs - fromMs) / lengthMs));

export const confirmedLeak: Scenario = {
  name: 'confirmed-leak',
  title: { zh: '泄漏：由一台到多台探测器', en: 'Leak: from one detector to several' },
  station: 'RS-01',
  seconds: 600,
  isBig: true,
  isByHand: true,
  begin: ({ process: { disturbances } }) => {
    disturbances.leakLel = 0;
    disturbances.leakSpread = 0;
    return () => {
      disturbances.leakLel = 0;
      disturbances.leakSpread = 1;
    };
  },
  step: ({ process: { disturbances }, request }, elapsedMs) => {
    disturbances.leakLel = (request.size ?? 70) * part(elapsedMs, 0, growsMs);
    disturbances.leakSpread = part(elapsedMs, spreadsFromMs, spreadsMs);
  },
};

/** What the emergency team does to it: the leaking part is shut in, the district is fed from the ring. */
export const closeValve: Scenario = {
  name: 'close-valve',
  title: { zh: '抢险队关阀', en: 'The team closes the valve' },
  station: 'RS-01',
  seconds: 900,
  isBig: false,
  isByHand: true,
  begin: ({ process: { disturbances } }) => {
    disturbances.isIsolated = true;
    return () => {
      disturbances.isIsolated = false;
    };
  },
};
