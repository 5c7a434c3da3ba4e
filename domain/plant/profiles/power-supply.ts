// Register maps of power supplies. Certainty: V read in the maker's manual.
import type { DeviceProfile, ProfilePoint } from '../device-profile.ts';

const input = (address: number): ProfilePoint['register'] => ({ table: 'input', address, type: 'uint16' });

/** Source: Tripp Lite / Delta UPS Modbus register map. */
export const trippLiteUps: DeviceProfile = {
  id: 'tripp-lite-ups',
  maker: 'Tripp Lite',
  model: 'UPS',
  certainty: 'V',
  source: 'Tripp Lite / Delta UPS Modbus register map',
  addressBase: 0,
  wordOrder: 'ABCD',
  points: {
    status: { kind: 'discrete', register: input(0x41f) },
    batteryState: {
      kind: 'discrete',
      role: 'mainsState',
      register: input(0x420),
      states: [
        { value: 1, name: { zh: '浮充', en: 'Floating' }, isNormal: true },
        { value: 2, name: { zh: '充电', en: 'Charging' }, isNormal: true },
        { value: 3, name: { zh: '放电', en: 'Discharging' }, isNormal: false },
      ],
      note: '3 = discharging; the other numbers are not in the map',
    },
    secondsOnBattery: { kind: 'counter', unit: 's', register: input(0x421) },
    minutesLeft: { role: 'upsRuntime', unit: 'min', range: { min: 0, max: 600 }, register: input(0x422) },
    batteryVoltage: { unit: 'V', range: { min: 0, max: 400 }, scale: { factor: 0.1, offset: 0 }, register: input(0x424) },
    charge: { role: 'upsCharge', unit: '%', range: { min: 0, max: 100 }, register: input(0x427) },
    inputVoltage: {
      role: 'mainsVoltage',
      unit: 'V',
      range: { min: 0, max: 300 },
      scale: { factor: 0.1, offset: 0 },
      register: input(1_074),
    },
  },
};
