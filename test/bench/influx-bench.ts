// Readings into a real InfluxDB, spool and all, against the official client alone with lines made beforehand and with its own points. The rounds take turns.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { InfluxDB, Point, type WriteApi } from '@influxdata/influxdb-client';
import { systemClock } from '../../collector/system-clock.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { influxdProgram, influxQuery, type RunningDatabase, startInfluxd } from '../services/influxd.ts';
import { freePort, startService, untilReady } from '../services/service.ts';
import { type Bench, type BenchRow, mustHold } from './bench.ts';
import { benchPlant, median, WalkingReadings } from './walking-readings.ts';

const points = 500;
const seconds = 600;
const readings = points * seconds;
const baseMs = Date.UTC(2026, 3, 1);
/** As the historian's own requests, so that only the way there differs. */
const linesEachRequest = 4_096;

export const influxBench: Bench = {
  name: 'influx',
  load: ({ isQuick }) =>
    `${points} points × ${seconds} s = ${readings} readings into InfluxDB 1.x, ${roundsOf(isQuick)} rounds each, fresh databases`,
  async run({ isQuick, print }) {
    const program = influxdProgram();
    if (program === null) throw new Error('influxd is not on this machine');
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const plant = benchPlant(points);
    const server = await startInfluxd(program, path.join(folder, 'influxd'));
    let late: RunningDatabase | null = null;
    try {
      const rates = { historian: [] as number[], lines: [] as number[], points: [] as number[] };
      const ways = [
        ['historian', (name: string) => throughHistorian(server.port, name, folder, plant)],
        ['lines', (name: string) => throughClientLines(server.port, name, plant)],
        ['points', (name: string) => throughClientPoints(server.port, name, plant)],
      ] as const;
      // Not counted: the first round warms up the database and both programs' code.
      for (const [way, work] of ways.slice(0, 2)) await timed(server.port, `warm_${way}`, work);
      for (let round = 0; round < roundsOf(isQuick); round += 1) {
        // Nobody always comes first.
        for (let turn = 0; turn < ways.length; turn += 1) {
          const [way, work] = ways[(round + turn) % ways.length] as (typeof ways)[number];
          rates[way].push(await timed(server.port, `${way}${round}`, work));
        }
        print(
          `round ${round + 1}: historian ${thousands(rates.historian)}, client with lines ${thousands(rates.lines)}, with points ${thousands(rates.points)} thousand readings/s`,
        );
      }
      await server.stop();
      const bare = await againstReceiver(folder, plant, roundsOf(isQuick));
      const port = await freePort();
      const drain = await drainRate(port, folder, plant, isQuick ? seconds : seconds * 4, async () => {
        late = await startInfluxd(program, path.join(folder, 'late'), port);
        await influxQuery(port, 'CREATE DATABASE drained');
      });
      const rate = median(rates.historian);
      const row = (figure: string, value: number, goal: string, peer: BenchRow['peer']): BenchRow => ({
        figure,
        value,
        unit: 'readings/s',
        goal,
        peer,
      });
      return [
        row('written, filtered, spooled and confirmed', rate, '≥ 80 % of client with lines', {
          name: 'client with ready-made lines',
          value: median(rates.lines),
        }),
        row('the same', rate, '', { name: 'client with points', value: median(rates.points) }),
        row('spool drained after an outage', drain, '', { name: 'client with ready-made lines', value: median(rates.lines) }),
        row('into a receiver that stores nothing', bare.historian, '', { name: 'client with ready-made lines', value: bare.lines }),
      ];
    } finally {
      await server.stop();
      await (late as RunningDatabase | null)?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function roundsOf(isQuick: boolean): number {
  return isQuick ? 1 : 9;
}

function thousands(rates: readonly number[]): string {
  return ((rates.at(-1) ?? 0) / 1_000).toFixed(0);
}

/** The cost of the way there alone: a server in a process of its own that reads each request and answers 204. */
async function againstReceiver(folder: string, plant: Plant, rounds: number): Promise<{ historian: number; lines: number }> {
  const program = `
    import http from 'node:http';
    const server = http.createServer((request, response) => {
      request.resume();
      request.on('end', () => { response.writeHead(204); response.end(); });
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const receiver = startService(process.execPath, ['--input-type=module', '-e', program]);
  try {
    await untilReady(receiver, async () => receiver.output().includes('\n'));
    const port = Number(receiver.output().trim());
    const rates = { historian: [] as number[], lines: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [way, send] of [
        ['historian', await throughHistorian(port, `bare${round}`, folder, plant)],
        ['lines', await throughClientLines(port, `bare${round}`, plant)],
      ] as const) {
        const startMs = performance.now();
        await send();
        rates[way].push(readings / ((performance.now() - startMs) / 1_000));
      }
    }
    return { historian: median(rates.historian), lines: median(rates.lines) };
  } finally {
    await receiver.stop();
  }
}

/** Readings a second of one way in, from a fresh database to the last one confirmed; counted in the database afterwards. */
async function timed(port: number, name: string, work: (name: string) => Promise<() => Promise<void>>): Promise<number> {
  await influxQuery(port, `CREATE DATABASE ${name}`);
  const send = await work(name);
  const startMs = performance.now();
  await send();
  const rate = readings / ((performance.now() - startMs) / 1_000);
  await mustHoldAll(port, name, readings);
  await influxQuery(port, `DROP DATABASE ${name}`);
  return rate;
}

async function mustHoldAll(port: number, name: string, count: number): Promise<void> {
  const answer = (await influxQuery(port, `SELECT count(v) FROM ${name}.autogen.reading`)) as {
    results: { series?: { values: [unknown, number][] }[] }[];
  };
  const stored = answer.results[0]?.series?.[0]?.values[0]?.[1];
  mustHold(stored === count, `${name} holds every reading once: ${stored} of ${count} (${JSON.stringify(answer)})`);
}

async function throughHistorian(port: number, name: string, folder: string, plant: Plant): Promise<() => Promise<void>> {
  const historian = await open(port, name, path.join(folder, name), plant);
  const walk = new WalkingReadings(plant, points);
  return async () => {
    for (let second = 0; second < seconds; second += 1) historian.write(walk.next(baseMs + second * 1_000));
    await sent(historian);
    const { written, filtered, dropped, setAside } = historian.status();
    mustHold(written === readings && filtered + dropped + setAside === 0, 'the historian has sent every reading');
    await historian.close();
  };
}

async function throughClientLines(port: number, name: string, plant: Plant): Promise<() => Promise<void>> {
  const lines = Array.from(walked(plant), ({ id, timeMs, value }) => `reading,point=${id} v=${value},q=0i ${timeMs}`);
  return () => throughClient(port, name, (writer) => writer.writeRecords(lines));
}

async function throughClientPoints(port: number, name: string, plant: Plant): Promise<() => Promise<void>> {
  const rows = [...walked(plant)];
  return () =>
    throughClient(port, name, (writer) => {
      for (const { id, timeMs, value } of rows)
        writer.writePoint(new Point('reading').tag('point', id).floatField('v', value).intField('q', 0).timestamp(timeMs));
    });
}

/** Until every line is confirmed: the client's `close` resolves while earlier requests are still under way. */
async function throughClient(port: number, name: string, write: (writer: WriteApi) => void): Promise<void> {
  let confirmed = 0;
  await new Promise<void>((resolve, reject) => {
    const writer = new InfluxDB({ url: `http://127.0.0.1:${port}`, timeout: 60_000 }).getWriteApi('', '', 'ms', {
      batchSize: linesEachRequest,
      flushInterval: 0,
      maxRetries: 0,
      writeSuccess: (lines) => {
        confirmed += lines.length;
        if (confirmed === readings) resolve();
      },
      writeFailed: async (error) => reject(error),
    });
    writer.path = `/write?db=${name}&precision=ms`;
    write(writer);
    writer.close().catch(reject);
  });
}

function* walked(plant: Plant): Generator<{ id: string; timeMs: number; value: number }> {
  const walk = new WalkingReadings(plant, points);
  for (let second = 0; second < seconds; second += 1) {
    const timeMs = baseMs + second * 1_000;
    const batch = walk.next(timeMs);
    for (let row = 0; row < batch.length; row += 1)
      yield { id: plant.pointTable.ids[row] as string, timeMs, value: batch.value[row] as number };
  }
}

/** From the first line taken after the outage to the last. */
async function drainRate(port: number, folder: string, plant: Plant, outageSeconds: number, start: () => Promise<void>): Promise<number> {
  const historian = await open(port, 'drained', path.join(folder, 'drained'), plant);
  try {
    const walk = new WalkingReadings(plant, points);
    for (let second = 0; second < outageSeconds; second += 1) {
      historian.write(walk.next(baseMs + second * 1_000));
      if (second % 100 === 99) await historian.flush();
    }
    await historian.flush();
    const waiting = historian.status().spooled;
    mustHold(waiting === points * outageSeconds, `all wait on disk: ${waiting}`);
    await start();
    while (historian.status().spooled === waiting) await pass(1);
    const startMs = performance.now();
    await sent(historian);
    const rate = waiting / ((performance.now() - startMs) / 1_000);
    await mustHoldAll(port, 'drained', waiting);
    return rate;
  } finally {
    await historian.close();
  }
}

function open(port: number, name: string, dataDir: string, plant: Plant): Promise<Historian> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return openHistorian({ url: `influx://127.0.0.1:${port}/?db=${name}`, plant, dataDir, clock: systemClock, log }, {});
}

async function sent(historian: Historian): Promise<void> {
  await historian.flush();
  while (historian.status().spooled > 0) await pass(1);
}
