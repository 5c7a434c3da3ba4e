// The Grafana dashboard in docs/ against what /metrics says: nothing asked for that is not there, nothing of Gatewatch's own left out.
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { plantOf } from '../../test/harness/plant-of.ts';
import { startSmallServer } from '../../test/harness/small-server.ts';

const panelSchema = z.object({
  id: z.int(),
  type: z.enum(['row', 'timeseries', 'stat']),
  gridPos: z.object({ h: z.int().positive(), w: z.int().positive(), x: z.int().min(0), y: z.int().min(0) }),
  datasource: z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) }).optional(),
  title: z.string(),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).optional(),
});
const dashboard = z
  .object({
    uid: z.string(),
    schemaVersion: z.int().min(36),
    templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
    panels: z.array(panelSchema),
  })
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

test('each question is one that Prometheus can read, by the grammar of its own', () => {
  expect(targets.length).toBeGreaterThan(15);
  const faultsIn = (text: string): string[] => {
    const faults: string[] = [];
    parser.parse(text).iterate({
      enter: (node) => {
        if (node.type.isError) faults.push(`${text} at ${node.from}`);
      },
    });
    return faults;
  };
  // What Grafana puts in.
  for (const { expr } of targets) expect(faultsIn(expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h'))).toEqual([]);
  expect(faultsIn('sum(rate(x[1m])')).not.toEqual([]);
});

test('panels have ids of their own, lie within the 24 columns and not over one another, and ask the source that was chosen', () => {
  const { panels, templating } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ type, datasource }) => type !== 'row' && datasource === undefined)).toEqual([]);
  const variables = new Set(templating.list.map(({ name }) => name));
  const used = targets.flatMap(({ expr }) => [...expr.matchAll(/\$(?!__)\{?(\w+)/g)].map(([, name]) => name ?? ''));
  expect(used.filter((name) => !variables.has(name))).toEqual([]);
});
