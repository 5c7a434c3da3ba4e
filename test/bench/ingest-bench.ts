// The whole way in: Modbus TCP devices in another process, decode, detection (five alarms a point), embedded historian, server; measured from outside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { HealthView } from '../../domain/api/health-api.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { type Bench, type BenchRow, mustHold, percentile } from './bench.ts';
import { loadPlantText } from './load-plant.ts';
import { startLoadProcess } from './load-process.ts';
import { costOf, costOfTree } from './process-cost.ts';

const pointsEach = 100;
const warmUpMs = 20_000;

interface Sample {
  readonly atMs: number;
  readonly processorSeconds: number;
  readonly residentMB: number;
  readonly readings: number;
  readonly health: HealthView;
}

const devices = 1_000;

const seconds = (isQuick: boolean) => (isQuick ? 20 : 300);

export const ingestBench: Bench = {
  name: 'ingest',
  load: ({ isQuick }) =>
    `${devices} Modbus TCP devices × ${pointsEach} float32 points at 1 Hz = ${devices * pointsEach} points/s, 5 alarms a point, embedded historian, ${seconds(isQuick)} s`,
  async run({ isQuick, print }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const load = await startLoadProcess({ devices, pointsEach });
    try {
      const plantFile = path.join(folder, 'plant.json');
      writeFileSync(plantFile, loadPlantText({ devices, pointsEach, ports: load.ports }));
      const startedMs = Date.now();
      const gatewatch = await startGatewatch({
        dataDir: path.join(folder, 'data'),
        arguments: ['--plant', plantFile, '--no-simulators'],
      });
      try {
        print(`started in ${((Date.now() - startedMs) / 1_000).toFixed(1)} s`);
        const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
        const pid = gatewatch.child.pid ?? 0;
        const sample = async (): Promise<Sample> => {
          const health = await client.get<HealthView>('/api/health');
          return {
            atMs: Date.now(),
            ...costOfTree(pid),
            readings: health.collectors.reduce((sum, collector) => sum + collector.readingsTotal, 0),
            health,
          };
        };
        await pass(warmUpMs);
        const before = await sample();
        const loadBefore = costOf(load.pid);
        let residentMB = before.residentMB;
        let after = before;
        for (let second = 0; second < seconds(isQuick); second += 10) {
          await pass(10_000);
          after = await sample();
          residentMB = Math.max(residentMB, after.residentMB);
        }
        const loadAfter = costOf(load.pid);
        return report({
          before,
          after,
          residentMB,
          devices,
          loadSeconds: loadAfter.processorSeconds - loadBefore.processorSeconds,
          print,
        });
      } finally {
        await gatewatch.stop();
      }
    } finally {
      await load.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function report(measured: {
  readonly before: Sample;
  readonly after: Sample;
  readonly residentMB: number;
  readonly devices: number;
  readonly loadSeconds: number;
  print(line: string): void;
}): BenchRow[] {
  const { before, after, devices } = measured;
  const seconds = (after.atMs - before.atMs) / 1_000;
  const readings = after.readings - before.readings;
  const collector = after.health.collectors[0];
  if (collector === undefined) throw new Error('no collector has reported');
  const missed =
    sum(collector.devices.map((device) => device.scansMissed)) -
    sum((before.health.collectors[0]?.devices ?? []).map((device) => device.scansMissed));
  const lateness = collector.devices.map((device) => device.startLatenessP99Ms).sort((a, b) => a - b);
  const processor = after.processorSeconds - before.processorSeconds;
  measured.print(
    `missed scans ${missed} of ${Math.round(seconds * devices)}, historian accepted ${collector.historian.accepted}, filtered ${collector.historian.filtered}, dropped ${collector.historian.dropped}`,
  );
  mustHold(
    collector.devices.every((device) => device.connection === 'connected'),
    'every device is connected',
  );
  mustHold(sum(collector.devices.map((device) => device.errors)) === 0, 'no request failed');
  mustHold(collector.historian.dropped === 0, 'the historian dropped nothing');
  mustHold(collector.historian.accepted === collector.readingsTotal, 'the historian was given every reading');
  mustHold(
    readings >= 0.99 * seconds * devices * pointsEach,
    `the rate was held: ${readings} of ${Math.round(seconds * devices * pointsEach)} readings`,
  );
  const row = (figure: string, value: number, unit: string, goal: string): BenchRow => ({ figure, value, unit, goal, peer: null });
  return [
    row('readings taken in', readings / seconds, 'readings/s', `${devices * pointsEach}`),
    // Of one device's last minute, that is its worst start or its second worst.
    row('scan start p99, median device', percentile(lateness, 0.5), 'ms late', '< 50'),
    row('scan start p99, worst device', lateness.at(-1) ?? Number.NaN, 'ms late', ''),
    row('scans missed', missed, 'scans', '0'),
    row('processor, all-in-one', processor / seconds, 'cores', '≤ 1'),
    row('processor a reading', (processor / readings) * 1e6, 'µs', '≤ 5'),
    row('processor, simulated devices', measured.loadSeconds / seconds, 'cores', ''),
    row('memory, most', measured.residentMB, 'MB', '≤ 600'),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
