import { expect, test } from 'vitest';
import { parsePlantText } from './parse-plant-file.ts';

const point = (tag: string, role: string, address: number) =>
  `          - { tag: ${tag}, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 10 }, role: ${role}, register: { table: holding, address: ${address}, type: float32 }, defaultAlarms: false${role === 'outletPressure' ? ', plan: { x: 10, y: 20 }' : ''} }`;
const station = (id: string, ...points: string[]) => `
  - id: ${id}
    type: gate
    name: { zh: ${id}, en: ${id} }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
${points.join('\n')}`;
const parse = (pipelines: string) =>
  parsePlantText(
    `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:${station('GS-01', point('PT-101', 'inletPressure', 0), point('PT-301', 'outletPressure', 2))}${station('RS-01', point('PT-101', 'inletPressure', 0))}${station('ST-01', point('PT-201', 'tankPressure', 0))}
pipelines: [${pipelines}]
`,
    { version: 'v1' },
  );
const endsOf = (pipelines: string) => {
  const parsed = parse(pipelines);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const { points } = parsed.plant;
  const idOf = (index: number | null) => (index === null ? null : (points[index]?.id ?? '?'));
  return parsed.plant.pipelines.map((pipe) => [idOf(pipe.fromPointIndex), idOf(pipe.toPointIndex)]);
};

test('the ends of a pipeline are the outlet and the inlet pressure, unless it names others; none where none is measured', () => {
  expect(endsOf('{ from: GS-01, to: RS-01 }, { from: GS-01, to: RS-01, fromPressure: PT-101 }, { from: GS-01, to: ST-01 }')).toEqual([
    ['GS-01.PT-301', 'RS-01.PT-101'],
    ['GS-01.PT-101', 'RS-01.PT-101'],
    ['GS-01.PT-301', null],
  ]);
});

test('a tag that the station does not have is told with its place', () => {
  const parsed = parse('{ from: GS-01, to: RS-01, toPressure: PT-999 }');
  if (parsed.kind !== 'invalid') throw new Error('it was accepted');
  expect(JSON.stringify(parsed.issues)).toContain('station RS-01 has no point PT-999');
});

test('a place in the plan is kept, and none is none', () => {
  const parsed = parse('');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const plans = parsed.plant.points.map(({ id, plan }) => [id, plan]);
  expect(plans).toContainEqual(['GS-01.PT-301', { zone: null, at: { x: 10, y: 20 } }]);
  expect(plans).toContainEqual(['GS-01.PT-101', null]);
});
