// Plants out of the text of their file, for tests that know that it is right: any, and the small ones that many tests have.
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';

/** Throws its issues where it is not. */
export function plantOf(text: string): Plant {
  const parsed = parsePlantText(text, { version: 'v1' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

/** One regulating station, `RS-01`, with these devices. Each device and each point, here and below: as in a plant file, in braces. */
export function plantOfDevices(devices: readonly string[]): Plant {
  return plantOf(`schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations: [{ id: RS-01, type: regulating, name: s, area: a, devices: ${listed(devices)} }]
`);
}

/** One regulating station, `RS-01`, whose only device, `D-1`, has these points. */
export function plantOfPoints(points: readonly string[]): Plant {
  return plantOfDevices([`{ id: D-1, protocol: modbusTcp, host: h, points: ${listed(points)} }`]);
}

/** One regulating station whose points, `RS-01.PT-101` and so on, have one alarm each: `high`, above 5. */
export function plantOfHighAlarms(count: number): Plant {
  return plantOfPoints(
    Array.from(
      { length: count },
      (_, index) =>
        `{ tag: PT-${101 + index}, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: ${index}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, response: r }] }`,
    ),
  );
}

/** Two gate stations alike, `GS-01` and `GS-02`, in one area; the only device of each, `PLC-1`, has these points. */
export function twoGateStations(points: readonly string[]): Plant {
  const station = (id: string) =>
    `{ id: ${id}, type: gate, name: { zh: 站 ${id}, en: Station ${id} }, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: ${listed(points)} }] }`;
  return plantOf(`schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test Gas } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations: [${station('GS-01')}, ${station('GS-02')}]
`);
}

function listed(mappings: readonly string[]): string {
  return `[\n  ${mappings.join(',\n  ')}\n  ]`;
}
