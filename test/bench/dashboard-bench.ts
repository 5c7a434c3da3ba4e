// What the control-room page costs the machine it is shown on: the overview of 200 live stations, the bytes of the first load, a list of 10,000 alarms, and a trend of a million readings.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openPage, signIn } from '../harness/chromium.ts';
import { writeHistory } from '../harness/demo-history.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { commandOf, descendantsOf } from '../harness/process-tree.ts';
import { type Bench, type BenchRow, mustHold } from './bench.ts';
import { loadPlantText } from './load-plant.ts';
import { type LoadProcess, startLoadProcess } from './load-process.ts';
import { costOf } from './process-cost.ts';

const overview = { devices: 200, pointsEach: 25, roles: ['inletPressure', 'outletPressure', 'gasDetector', 'flow'] } as const;
const list = { devices: 100, pointsEach: 100 } as const;
/** Beyond the high limit (80) of every point and short of the high-high (90). */
const floodValue = 85;
const wheelTurns = 200;
const seconds = (isQuick: boolean) => (isQuick ? 15 : 60);

const row = (figure: string, value: number, unit: string, goal: string): BenchRow => ({ figure, value, unit, goal, peer: null });

export const dashboardBench: Bench = {
  name: 'dashboard',
  load: ({ isQuick }) =>
    `overview of ${overview.devices} stations and ${overview.devices * overview.pointsEach} points at 1 Hz in headless Chromium at 1920 × 1080, ${seconds(isQuick)} s; a list of ${list.devices * list.pointsEach} alarms scrolled by ${wheelTurns} turns of the wheel; a trend of a million readings opened, zoomed and moved`,
  async run({ isQuick, print }) {
    const browser = await launchChromium();
    mustHold(browser !== null, 'a Chromium is there');
    if (browser === null) return [];
    try {
      return [
        ...(await withPlant(overview, null, (gatewatch) => watchOverview(browser, gatewatch, seconds(isQuick), print))),
        ...(await withPlant(list, floodValue, (gatewatch) => scrollAlarms(browser, gatewatch, print))),
        ...(await trendOfAMillion(browser, print)),
      ];
    } finally {
      await browser.close();
    }
  },
};

async function withPlant(
  load: { readonly devices: number; readonly pointsEach: number; readonly roles?: readonly string[] },
  held: number | null,
  work: (gatewatch: GatewatchProcess) => Promise<readonly BenchRow[]>,
): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
  const devices: LoadProcess = await startLoadProcess(load);
  if (held !== null) devices.hold(held);
  try {
    const plantFile = path.join(folder, 'plant.json');
    writeFileSync(plantFile, loadPlantText({ ...load, ports: devices.ports }));
    const gatewatch = await startGatewatch({ dataDir: path.join(folder, 'data'), arguments: ['--plant', plantFile, '--no-simulators'] });
    try {
      return await work(gatewatch);
    } finally {
      await gatewatch.stop();
    }
  } finally {
    await devices.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watchOverview(
  browser: Browser,
  gatewatch: GatewatchProcess,
  measuredSeconds: number,
  print: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const { page, complaints } = await openPage(browser);
  const received = await countBytes(page);
  // Signed in by keyboard, with the pointer in a corner: the screen behind what it rests on is fetched before it is pressed, and is no part of the first load.
  await page.mouse.move(2, 2);
  await page.goto(gatewatch.address);
  await page.getByTestId('sign-in-username').fill('admin');
  await page.getByTestId('sign-in-password').fill(gatewatch.firstPassword ?? '');
  await page.keyboard.press('Enter');
  await page.locator('[data-tile]').first().waitFor();
  await page.waitForLoadState('networkidle');
  const tiles = await page.locator('[data-tile]').count();
  mustHold(tiles === overview.devices, `every station has its tile: ${tiles}`);
  const first = received();
  print(`first load: ${first.files} files; fonts beside it ${first.fontKB.toFixed(0)} kB`);
  await page.waitForTimeout(5_000);
  const cost = () => {
    const chromium = descendantsOf(process.pid).filter((pid) => /chrom/.test(commandOf(pid).split(' ')[0] ?? ''));
    const sum = (pids: typeof chromium) => pids.reduce((total, pid) => total + costOf(pid).processorSeconds, 0);
    return {
      atMs: performance.now(),
      all: sum(chromium),
      page: sum(chromium.filter((pid) => commandOf(pid).includes('--type=renderer'))),
    };
  };
  const before = cost();
  const textBefore = await page.locator('[data-tile]').first().textContent();
  await page.waitForTimeout(measuredSeconds * 1_000);
  const after = cost();
  mustHold((await page.locator('[data-tile]').first().textContent()) !== textBefore, 'the values on the page move');
  mustHold(complaints.length === 0, `the page does not complain: ${complaints.join('; ')}`);
  await page.context().close();
  const share = (from: number, to: number) => ((to - from) / ((after.atMs - before.atMs) / 1_000)) * 100;
  return [
    row('overview, the page’s own process', share(before.page, after.page), '% of a core', '≤ 30'),
    row('overview, all of Chromium (drawn without a graphics card)', share(before.all, after.all), '% of a core', ''),
    row('first load without fonts', first.kB, 'kB gzip', '≤ 250'),
  ];
}

/** What goes over the wire, as it is sent: compressed. */
async function countBytes(page: Page): Promise<() => { readonly kB: number; readonly fontKB: number; readonly files: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const isFont = new Map<string, boolean>();
  let [bytes, fontBytes, files] = [0, 0, 0];
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (/\/assets\/|\/$|\.(js|css|svg|woff2|webmanifest)$/.test(response.url))
      isFont.set(requestId, type === 'Font' || /\/font-[^/]*\.css$/.test(response.url));
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const font = isFont.get(requestId);
    if (font === undefined) return;
    files += 1;
    if (font) fontBytes += encodedDataLength;
    else bytes += encodedDataLength;
  });
  return () => ({ kB: bytes / 1_000, fontKB: fontBytes / 1_000, files });
}

async function scrollAlarms(browser: Browser, gatewatch: GatewatchProcess, print: (line: string) => void): Promise<readonly BenchRow[]> {
  const { page } = await openPage(browser);
  await signIn(page, gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  await page.goto(`${gatewatch.address}/alarms`);
  await page.getByTestId('alarm-row').first().waitFor();
  const wanted = list.devices * list.pointsEach;
  const headerText = page.getByTestId('scope-open');
  for (let waited = 0; !(await headerText.textContent())?.includes(String(wanted)) && waited < 60; waited += 1)
    await page.waitForTimeout(500);
  print(`list: ${await headerText.textContent()}`);
  mustHold((await headerText.textContent())?.includes(String(wanted)) === true, `${wanted} alarms are in the list`);
  await page.waitForTimeout(3_000);
  await page.evaluate(() => {
    const kept = globalThis as unknown as { longTasksMs: number[]; frames: number; last: number; slowFrames: number };
    Object.assign(kept, { longTasksMs: [], frames: 0, slowFrames: 0, last: performance.now() });
    new PerformanceObserver((seen) => {
      for (const entry of seen.getEntries()) kept.longTasksMs.push(entry.duration);
    }).observe({ entryTypes: ['longtask'] });
    const frame = (nowMs: number) => {
      kept.frames += 1;
      if (nowMs - kept.last > 34) kept.slowFrames += 1;
      kept.last = nowMs;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const topBefore = await page.getByTestId('alarm-row').first().textContent();
  await page.getByTestId('alarm-row').first().hover();
  for (let turn = 0; turn < wheelTurns; turn += 1) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(16);
  }
  mustHold((await page.getByTestId('alarm-row').first().textContent()) !== topBefore, 'the list has moved');
  const { longTasksMs, frames, slowFrames } = await page.evaluate(() => {
    const kept = globalThis as unknown as { longTasksMs: number[]; frames: number; slowFrames: number };
    return { longTasksMs: kept.longTasksMs, frames: kept.frames, slowFrames: kept.slowFrames };
  });
  await page.context().close();
  return [
    row(`${wanted} alarms scrolled: longest task`, Math.max(0, ...longTasksMs), 'ms', '≤ 50'),
    row('frames later than two refreshes', (slowFrames / frames) * 100, '% of frames', ''),
  ];
}

const hourMs = 3_600_000;

/** 1 Hz for eleven and a half days, none of which the exception filter leaves out. */
async function trendOfAMillion(browser: Browser, print: (line: string) => void): Promise<readonly BenchRow[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
  const nowMs = Date.now();
  try {
    const at = (timeMs: number) => [15 + (Math.floor(timeMs / 1_000) % 2) * 0.5 + 3 * Math.sin(timeMs / 1e7)] as const;
    const written = await writeHistory(dataDir, { fromMs: nowMs - 1_000_100_000, toMs: nowMs - 100_000, stepMs: 1_000 }, [
      { pointId: 'GS-01.TT-101', at },
    ]);
    mustHold(written >= 1_000_000, `a million readings are kept: ${written}`);
    const gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story'] });
    try {
      const { page } = await openPage(browser);
      await signIn(page, gatewatch.address, 'engineer', 'engineer-demo');
      await page.goto(`${gatewatch.address}/trends?points=GS-01.PT-301;GS-01.TT-101&minutes=10`);
      await page.getByTestId('pen-GS-01.TT-101').waitFor();
      await page.evaluate(() => {
        const seen = globalThis as unknown as { longestTaskMs: number };
        seen.longestTaskMs = 0;
        new PerformanceObserver((tasks) => {
          for (const { duration } of tasks.getEntries()) seen.longestTaskMs = Math.max(seen.longestTaskMs, duration);
        }).observe({ type: 'longtask' });
      });
      const openedAtMs = performance.now();
      await page.getByTestId('span-43200').click();
      // Its least value, and for how much of the thirty days it is good, stand beside the point when they have come.
      await page
        .getByTestId('pen-GS-01.TT-101')
        .filter({ hasText: /12\.\d.*38\.\d %/ })
        .waitFor();
      print(`trend: thirty days are there after ${(performance.now() - openedAtMs).toFixed(0)} ms`);
      await page.getByTestId('trend-holder').last().locator('.u-over').hover();
      for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, turn < 8 ? -120 : 120);
      await page.waitForFunction(
        (shorterMs) => {
          const search = new URL(location.href).searchParams;
          return Number(search.get('to')) - Number(search.get('from')) < shorterMs;
        },
        0.9 * 30 * 24 * hourMs,
      );
      const longestMs = await page.evaluate(() => (globalThis as unknown as { longestTaskMs: number }).longestTaskMs);
      await page.context().close();
      return [row('a trend of a million readings: longest task', longestMs, 'ms', '≤ 200')];
    } finally {
      await gatewatch.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
