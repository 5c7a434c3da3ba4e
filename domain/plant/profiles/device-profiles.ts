// All device profiles by name.
import type { DeviceProfile } from '../device-profile.ts';
import { crowconVortex, draegerPolytron8000, honeywellMidas, honeywellSensepointXrl, honeywellXnx, igdToc635 } from './gas-detection.ts';
import { flonidanUniflo1200, rosemount3095fb, sickFlowsic500 } from './metering.ts';
import { trippLiteUps } from './power-supply.ts';

export const deviceProfiles: ReadonlyMap<string, DeviceProfile> = new Map(
  [
    honeywellXnx,
    honeywellSensepointXrl,
    honeywellMidas,
    draegerPolytron8000,
    igdToc635,
    crowconVortex,
    sickFlowsic500,
    flonidanUniflo1200,
    rosemount3095fb,
    trippLiteUps,
  ].map((profile) => [profile.id, profile]),
);
