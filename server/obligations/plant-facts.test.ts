// What is to be seen of a station in the plant: levels that are laxer than the plant file says, the list of contacts.
import { expect, test } from 'vitest';
import type { Plant } from '../../domain/plant/plant.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { contactsDigest, seenOf } from './plant-facts.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: 区 }]
stations:
  - { id: RS-01, type: storage, name: 站, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [{ tag: GD-1, name: 探测器, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 25, priority: high, response: r }] }] }] }
  - { id: RS-02, type: storage, name: 站, area: a }
responsePlans:
  - { id: one, stations: [RS-01], revised: '2026-03-01', contacts: [{ name: 消防, role: 灭火, phone: '119' }] }
`);
const withSetpoint = (setpoint: number): Plant => ({
  ...plant,
  alarms: plant.alarms.map((alarm) => (alarm.kind === 'high' ? { ...alarm, setpoint } : alarm)),
});
const [first, second] = plant.stations;
if (first === undefined || second === undefined) throw new Error('no stations');
const relaxed = (inForce: Plant) => seenOf(inForce, first, plant).filter(({ kind }) => kind === 'levelRelaxed');

test('[OB23] what two people have approved is compared with the plant file', () => {
  expect(relaxed(withSetpoint(25))).toEqual([]);
  expect(relaxed(withSetpoint(20))).toEqual([]);
  expect(relaxed(withSetpoint(30))).toEqual([{ kind: 'levelRelaxed', subject: 'RS-01.GD-1.high' }]);
});

test('[OB22] the list of contacts has a digest of its names and numbers; without a plan nothing is asked of it', () => {
  const contacts = (station: typeof first) => seenOf(plant, station, plant).find(({ kind }) => kind === 'contacts')?.subject;
  const name = (zh: string) => ({ zh, en: zh });
  expect(contacts(first)).toBe(contactsDigest([{ name: name('消防'), role: name('灭火'), phone: '119' }]));
  expect(contactsDigest([{ name: name('消防'), role: name('灭火'), phone: '120' }])).not.toBe(contacts(first));
  expect(contactsDigest([])).toBe('-');
  expect(contacts(second)).toBe('');
});
