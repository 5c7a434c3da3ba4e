import { expect, test } from 'vitest';
import type { PointView } from '../../../domain/api/plant-api.ts';
import { pointFixture } from '../point-fixture.ts';
import { planOf } from './plan-layout.ts';

const detector = (number: number, plan: PointView['plan'] = null) => ({ ...pointFixture(`GD-50${number}`, 'gasDetector'), plan });
const zone = (zh: string) => ({ zh, en: zh });

test('without places: by zone in the order of the plant file, the rest by what it is; nothing of the pipe', () => {
  const plan = planOf([
    detector(1, { zone: zone('调压区'), at: null }),
    detector(2, { zone: zone('计量区'), at: null }),
    detector(3, { zone: zone('调压区'), at: null }),
    detector(4),
    pointFixture('ZS-901', 'door'),
    pointFixture('PT-101', 'inletPressure'),
  ]);
  expect(plan?.zones.map(({ name, key, points }) => [name?.zh ?? key, points.map(({ tag }) => tag)])).toEqual([
    ['调压区', ['GD-501', 'GD-503']],
    ['计量区', ['GD-502']],
    ['detectors', ['GD-504']],
    ['safety', ['ZS-901']],
  ]);
  expect(plan?.placed).toEqual([]);
});

test('with places: where they stand, and never two over each other', () => {
  const crowd = Array.from({ length: 12 }, (_, index) => detector(index, { zone: null, at: { x: 50, y: 50 } }));
  const plan = planOf([...crowd, detector(99, { zone: null, at: { x: 0, y: 100 } })]);
  const cells = plan?.placed.map(({ x, y }) => `${x} ${y}`) ?? [];
  expect(new Set(cells).size).toBe(13);
  const corner = plan?.placed.find(({ point }) => point.tag === 'GD-5099');
  expect(corner?.x).toBeLessThan(20);
  expect(corner?.y).toBeGreaterThan(80);
});

test('nothing that stands in the plot: no plan', () => {
  expect(planOf([pointFixture('PT-101', 'inletPressure')])).toBeNull();
});
