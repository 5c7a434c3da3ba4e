// The demo plant held still: half an hour of the seeded simulators under the real detector, played into a real server and a real historian, and then the
// wall clock stands. What a page shows of it is the same at every start, so that it can be compared with a kept picture.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { pino } from 'pino';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { parseDocument } from 'yaml';
import { createDetector } from '../../collector/detection/create-detector.ts';
import type { ConditionEdge } from '../../collector/detection/detector.ts';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { Journal } from '../../server/journal/journal.ts';
import { Ledger } from '../../server/journal/ledger.ts';
import { PlantVersions } from '../../server/plant/plant-versions.ts';
import { ScenarioPlayer } from '../../simulators/control/scenarios.ts';
import { Network } from '../../simulators/process/network.ts';
import { demoText, parsedPlant } from './demo-history.ts';
import { startHttpReceiver } from './http-receiver.ts';
import { type SmallServer, startSmallServer } from './small-server.ts';

/** Wednesday, 10:30 in the plant. */
export const posedAtMs = Date.UTC(2026, 2, 4, 2, 30);
const seed = 20_260_304;
const minuteMs = 60_000;
const playedMs = 30 * minuteMs;
/** How often the historian is given readings; the sparklines need no more. */
const keptEveryMs = 5_000;

const scenes = [
  { name: 'mains-loss', station: 'ST-01', atMs: posedAtMs - 26 * minuteMs, seconds: 3_000 },
  { name: 'leak', station: 'RS-01', atMs: posedAtMs - 6 * minuteMs, seconds: 1_200 },
] as const;

const said = {
  maintenance: '更换紧急切断阀',
  acknowledgement: '市电检修，预计 11 时恢复',
  incident: '调压间可燃气体浓度升高，已派抢险队',
  rust: '放散管支架锈蚀，焊缝有裂纹',
  rustBasis: '不影响运行，可限期整改',
  rustMeasure: '更换支架，重新焊接并探伤',
  rustContingency: '发现漏气时停用放散管并设警戒',
  fence: '围墙东北角倒塌约 2 米，人可进入',
  fenceBasis: '外人可进入工艺区',
  fenceMeasure: '砌筑围墙，期间设岗看守',
  fenceContingency: '有人闯入时关闭进站阀并报警',
  supervisedBy: '市燃气主管部门',
  label: '3 号阀门标识脱落',
} as const;

/** Its wall clock stands where it was put; delays run as they do. */
class PosedClock implements Clock {
  wallMs = posedAtMs - playedMs;

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  }
}

export interface PosedPlant {
  readonly address: string;
  readonly plant: Plant;
  readonly small: SmallServer;
  readonly incidentId: string;
  /** Comments and reasons that people of the story wrote, in their own language. */
  readonly saidByPeople: readonly string[];
  stop(): Promise<void>;
}

/** Half an hour of physics; calls back with every edge, and once every few seconds with all values. */
function play(plant: Plant, onValues: (timeMs: number, values: Float64Array | readonly number[]) => void): ConditionEdge[] {
  const network = new Network(plant, seed, posedAtMs - playedMs);
  // Building it settled it for two minutes.
  const player = new ScenarioPlayer(network);
  const edges: ConditionEdge[] = [];
  const detector = createDetector({ plant, onEdge: (edge) => void edges.push(edge) });
  const offsetMs = network.timeMs - (posedAtMs - playedMs);
  const now = () => network.timeMs - offsetMs;
  for (const device of plant.devices) detector.device(device.index, true, now(), now());
  const waiting = [...scenes];
  for (let timeMs = now(); timeMs < posedAtMs; timeMs = now()) {
    while (waiting[0] !== undefined && waiting[0].atMs <= timeMs) {
      const { name, station, seconds } = waiting.shift() as (typeof scenes)[number];
      player.start(name, { station, seconds });
    }
    network.step(1_000);
    player.step();
    const batch = createReadingBatch(plant.pointTable, plant.points.length);
    for (const { index } of plant.points)
      pushReading(batch, index, now(), network.values[index] ?? Number.NaN, qualityOf(network.values[index]));
    detector.readings(batch, now(), now());
    detector.tick(now(), now());
    if ((now() - posedAtMs) % keptEveryMs === 0) onValues(now(), network.values);
  }
  return edges;
}

const qualityOf = (value: number | undefined): number =>
  value === undefined || Number.isNaN(value) ? Quality.badInstrumentFault : Quality.good;

export async function startPosedPlant(): Promise<PosedPlant> {
  const gateway = await startHttpReceiver();
  gateway.answer = () => ({ kind: 'answer', status: 200, body: '{"code":0}', headers: { 'content-type': 'application/json' } });
  const text = demoText(Number(new URL(gateway.url).port));
  const plant = parsedPlant(text);
  const clock = new PosedClock();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-posed-'));
  await keepEarlierPlant(dataDir, text);
  const historian: Historian = await openHistorian({ url: 'duckdb:', plant, dataDir, clock, log: pino({ level: 'silent' }) });
  let last: number[] = [];
  const edges = play(plant, (timeMs, values) => {
    last = [...values];
    const batch = createReadingBatch(plant.pointTable, plant.points.length);
    for (const { index } of plant.points) pushReading(batch, index, timeMs, last[index] ?? Number.NaN, qualityOf(last[index]));
    historian.write(batch);
  });
  await historian.flush();

  const small = await startSmallServer(plant, {
    dataDir,
    clock,
    historian,
    dashboardDir: path.resolve(import.meta.dirname, '..', '..', 'dashboard', 'dist'),
    hasDemoDuty: true,
    plantSource: { ...plantFile, text },
    statusOf: (status, settings) => busyStatus(plant, status, settings),
  });
  const incidentId = await tell(small, clock, plant, edges);
  clock.wallMs = posedAtMs;
  const publish = () =>
    small.publish(
      Object.fromEntries(
        plant.points.map(({ id, index }) => [id, { value: last[index] ?? Number.NaN, quality: qualityOf(last[index]), timeMs: posedAtMs }]),
      ),
    );
  publish();
  const publishing = setInterval(publish, 1_000);
  return {
    address: small.server.address,
    plant,
    small,
    incidentId,
    saidByPeople: Object.values(said),
    async stop() {
      clearInterval(publishing);
      await small.stop();
      await historian.close();
      await gateway.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const plantFile = { file: '/etc/gatewatch/plant.yaml', loadedBy: 'gatewatch@control-room', warnings: [] } as const;

/** Until two weeks ago a limit was another, and one point was not read yet. */
async function keepEarlierPlant(dataDir: string, text: string): Promise<void> {
  const document = parseDocument(text);
  document.setIn(['stations', 0, 'devices', 0, 'points', 0, 'alarms', 0, 'setpoint'], 4.8);
  document.deleteIn(['stations', 1, 'address']);
  document.setIn(['stations', 2, 'devices', 0, 'scan'], '2s');
  const earlier = document.toString();
  const clock = new ManualClock(posedAtMs - 14 * 24 * 60 * minuteMs);
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  await PlantVersions.open({ plant: parsedPlant(earlier), source: { ...plantFile, text: earlier }, ledger, clock });
  await database.destroy();
}

/** What the people did meanwhile, at its moment among what the plant did. */
async function tell(small: SmallServer, clock: PosedClock, plant: Plant, edges: readonly ConditionEdge[]): Promise<string> {
  let incidentId = '';
  const must = async (person: string, url: string, body: unknown): Promise<unknown> => {
    const answer = await small.ask(person, 'POST', url, body);
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const deeds: { readonly atMs: number; readonly act: () => Promise<unknown> }[] = [
    { atMs: posedAtMs - 29 * minuteMs, act: () => must('duty', '/api/watches', { consoleId: 'desk-1' }) },
    {
      atMs: posedAtMs - 24 * minuteMs,
      act: () =>
        must('engineer', '/api/stations/LP-01/maintenance', {
          reason: said.maintenance,
          permit: 'WP-2026-031',
          untilMs: posedAtMs + 240 * minuteMs,
        }),
    },
    {
      atMs: posedAtMs - 20 * minuteMs,
      act: async () => {
        for (const alarmId of plant.alarms.map(({ id }) => id).filter((id) => id.startsWith('ST-01.'))) {
          const found = await small.ask('duty', 'GET', `/api/alarms/${alarmId}`);
          const alarm = found.body as { version: number; state: string };
          if (found.status === 200 && alarm.state === 'unacknowledged')
            await must('duty', `/api/alarms/${alarmId}/acknowledge`, { version: alarm.version, comment: said.acknowledgement });
        }
      },
    },
    { atMs: posedAtMs - 28 * minuteMs, act: () => tellHazards(must) },
    {
      atMs: posedAtMs - 4 * minuteMs,
      act: async () => {
        const report = (person: string, body: Readonly<Record<string, unknown>>) =>
          must(person, `/api/incidents/${incidentId}/actions`, { actionId: crypto.randomUUID(), ...body });
        await report('duty', { kind: 'acknowledge' });
        await report('duty', { kind: 'note', text: said.incident });
      },
    },
  ];
  const conditions = edges
    .filter(({ kind }) => kind === 'raise' || kind === 'clear')
    .map((edge) => ({
      atMs: edge.atMs,
      act: async () => {
        const id = plant.alarms[edge.alarmIndex]?.id ?? '';
        if (edge.kind === 'clear') return small.clear(id);
        await small.raise(id, edge.value ?? 0);
        // A confirmed leak opens an incident, at its own moment: the clock waits for it.
        if (id.endsWith('.gasConfirmed')) incidentId = await openedIncident(small);
      },
    }));
  const story = [...conditions, ...deeds].sort((one, other) => one.atMs - other.atMs);
  for (const { atMs, act } of story) {
    clock.wallMs = atMs;
    await act();
  }
  return incidentId;
}

/** One only reported, one being settled, a major one with all five settled. */
async function tellHazards(must: (person: string, url: string, body: unknown) => Promise<unknown>): Promise<void> {
  type Hazard = { readonly id: string; readonly version: number };
  const responsible = { username: 'team', name: '抢险队 赵刚' };
  const report = (stationId: string, description: string, source: string) =>
    must('team', '/api/hazards', { stationId, description, source, foundOn: '2026-03-03' }) as Promise<Hazard>;
  const decide = ({ id }: Hazard, body: Readonly<Record<string, unknown>>) =>
    must('supervisor', `/api/hazards/${id}/decisions`, body) as Promise<Hazard>;
  const settle = async (hazard: Hazard, grade: string, basis: string, settled: Readonly<Record<string, unknown>>) => {
    const confirmed = await decide(hazard, {
      kind: 'confirm',
      version: hazard.version,
      grade,
      basis,
      supervisedBy: grade === 'major' ? said.supervisedBy : null,
    });
    return decide(confirmed, { kind: 'plan', version: confirmed.version, settled: { responsible, ...settled } });
  };
  await report('DR-01', said.label, 'inspection');
  const rust = await settle(await report('GS-02', said.rust, 'inspection'), 'ordinary', said.rustBasis, {
    measure: said.rustMeasure,
    fundsYuan: 3_200,
    deadline: '2026-03-05',
    contingency: said.rustContingency,
  });
  await must('team', `/api/hazards/${rust.id}/work`, { kind: 'start', version: rust.version });
  await settle(await report('ST-01', said.fence, 'inspection'), 'major', said.fenceBasis, {
    measure: said.fenceMeasure,
    fundsYuan: 18_000,
    deadline: '2026-03-12',
    contingency: said.fenceContingency,
  });
}

async function openedIncident(small: SmallServer): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const [first] = (await small.ask('duty', 'GET', '/api/incidents')).body as readonly { readonly id: string }[];
    if (first !== undefined) return first.id;
    await pass(25);
  }
  throw new Error('the confirmed leak opened no incident');
}

function busyStatus(plant: Plant, status: CollectorStatus, settings: AlarmSettingsMessage | null): CollectorStatus {
  const startedAtMs = posedAtMs - 12 * 24 * 60 * minuteMs;
  return {
    ...status,
    plantVersion: plant.version,
    ...(settings === null ? {} : { alarmSettings: { version: settings.version, digest: settings.digest, setAsideAlarmIds: [] } }),
    startedAtMs,
    readingsTotal: 431_000_000,
    readingsPerSecond: plant.points.length,
    historian: { ...status.historian, accepted: 431_000_000, written: 62_000_000, filtered: 369_000_000 },
    devices: plant.devices.map((device) => ({
      deviceId: device.id,
      connection: 'connected',
      reason: null,
      sinceMs: startedAtMs,
      scans: 1_036_800,
      scansMissed: 0,
      requests: 4_147_200,
      errors: 0,
      reconnects: 1,
      startLatenessP99Ms: 2.4,
      durationP50Ms: 6.1,
      durationP99Ms: 14.8,
      isInsecure: false,
    })),
  };
}

const readyMaxMs = 15_000;

/** Somebody signed in, in a browser whose clock stands where the plant's does. */
export async function posedPage(
  browser: Browser,
  posed: PosedPlant,
  options: {
    readonly person: string;
    readonly language: 'zh' | 'en';
    readonly viewport: { readonly width: number; readonly height: number };
    readonly timeZone?: string;
  },
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext({
    viewport: options.viewport,
    locale: options.language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: options.timeZone ?? 'Asia/Shanghai',
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  await context.addInitScript((language) => localStorage.setItem('gatewatch.language', language), options.language);
  const page = await context.newPage();
  await page.clock.setFixedTime(posedAtMs);
  // By hand and without its end, which lies in the browser's past.
  const [name = '', value = ''] = (await posed.small.cookie(options.person)).split('=');
  await context.addCookies([{ name, value, url: posed.address }]);
  page.setDefaultTimeout(readyMaxMs);
  return { context, page };
}

/** Resolves when the screen is complete: what makes it so is there, nothing is being read, the page is live. */
export async function settled(page: Page, ready: string): Promise<void> {
  await page.locator(ready).first().waitFor();
  await page.waitForFunction(() => {
    const text = document.body.textContent ?? '';
    const liveness = document.querySelector('[data-liveness]')?.getAttribute('data-liveness') ?? 'live';
    return liveness === 'live' && !/正在读取|Reading…/.test(text);
  });
  await page.evaluate(() =>
    document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))),
  );
}
