// The Grafana dashboard in docs/ against what /metrics says: nothing asked for that is not there, nothing of Gatewatch's own left out.
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { plantOf } from '../../test/harness/plant-of.ts';
import { startSmallServer } from '../../test/harness/small-server.ts';

const panelSchema = z.object({
  title: z.string(),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).optional(),
});
const dashboard = z
  .object({ panels: z.array(panelSchema) })
  .parse(JSON.parse(readFileSync(new URL('../../docs/gatewatch-grafana.json', import.meta.url), 'utf8')));
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
const plant = plantOf(
  JSON.stringify({
    schema: 1,
    company: { id: 'test', name: { zh: '测试燃气', en: 'Test Gas' } },
    areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
    stations: [{ id: 'RS-01', type: 'regulating', name: { zh: '调压站', en: 'Station' }, area: 'all', devices: [] }],
  }),
);
const metricsOf = (text: string) => [...text.matchAll(/gatewatch_[a-z0-9_]+/g)].map(([name]) => name);

test('the dashboard asks for what /metrics has, and for everything of Gatewatch’s own', async () => {
  const small = await startSmallServer(plant);
  onTestFinished(() => small.stop());
  const text = String((await small.ask('admin', 'GET', '/metrics')).body);
  const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const asked = new Set(targets.flatMap(({ expr }) => metricsOf(expr)));
  expect([...asked].filter((name) => !there.has(name))).toEqual([]);
  const own = [...there].filter((name) => !/^gatewatch_(process|nodejs)_/.test(name ?? ''));
  expect(own.filter((name) => !asked.has(name ?? ''))).toEqual([]);
  expect(own.length).toBeGreaterThan(15);
});

test('legends name labels that there are', () => {
  const known = ['instance', 'part', 'channel', 'target', 'reason'];
  const named = targets.flatMap(({ legendFormat }) => [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label));
  expect(named.filter((label) => !known.includes(label ?? ''))).toEqual([]);
});
