// The trend page as an engineer uses it: points into panes and between them, zoom and back, gaps and bad quality told, marks that lead to the alarm, views
// saved and shared, exports, all by keyboard too.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { launchChromium, openPage, picture, signIn, type WatchedPage } from '../harness/chromium.ts';
import { demoPlant, type HistoryOfPoint, writeHistory } from '../harness/demo-history.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const hourMs = 3_600_000;
const nowMs = Date.now();
const gap = { fromMs: nowMs - 5 * hourMs, toMs: nowMs - 4 * hourMs };
const bad = { fromMs: nowMs - 3 * hourMs, toMs: nowMs - 2.5 * hourMs };
const within = (timeMs: number, span: { fromMs: number; toMs: number }) => timeMs >= span.fromMs && timeMs < span.toMs;

const slow: HistoryOfPoint[] = [
  { pointId: 'GS-01.PT-301', at: (timeMs) => (within(timeMs, gap) ? null : [0.398 + 0.005 * Math.sin(timeMs / 4e6)]) },
  { pointId: 'RS-01.PT-301', at: (timeMs) => [0.395 + 0.004 * Math.sin(timeMs / 3e6)] },
  {
    pointId: 'GS-01.FT-301',
    at: (timeMs) => (within(timeMs, bad) ? [Number.NaN, Quality.badCommFail] : [8_000 + 900 * Math.sin(timeMs / 5e6)]),
  },
];
/** Eleven and a half days of it: more readings than the chart has points. How a million are borne is measured by the bench `dashboard`. */
const fast: HistoryOfPoint = {
  pointId: 'GS-01.TT-101',
  at: (timeMs) => [15 + (Math.floor(timeMs / 10_000) % 2) * 0.5 + 3 * Math.sin(timeMs / 1e7)],
};

const searchOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const spanOf = (page: Page) => Number(searchOf(page).to) - Number(searchOf(page).from);

describe.skipIf(browser === null)('trends', () => {
  let gatewatch: GatewatchProcess;
  beforeAll(async () => {
    const dataDir = temporaryFolder();
    await writeHistory(dataDir, { fromMs: nowMs - 30 * hourMs, toMs: nowMs - 20_000, stepMs: 10_000 }, slow);
    const many = await writeHistory(dataDir, { fromMs: nowMs - 1_000_100_000, toMs: nowMs - 100_000, stepMs: 10_000 }, [fast]);
    expect(many).toBeGreaterThanOrEqual(100_000);
    expect(demoPlant().points.length).toBeGreaterThan(300);
    gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story'] });
    // Gas takes its time until an alarm rises: it spreads while the other stories are told.
    await playScenario(gatewatch, 'leak', { seconds: 600 });
  });
  afterAll(async () => {
    for (const { page } of desks.values()) await page.context().close();
    await gatewatch.stop();
  });

  /** One desk a person, signed in once. */
  const desks = new Map<string, WatchedPage>();
  async function open(username: string, search: string): Promise<WatchedPage> {
    const desk = desks.get(username) ?? (await openPage(browser as Browser));
    if (!desks.has(username)) {
      desks.set(username, desk);
      desk.page.setDefaultTimeout(20_000);
      await signIn(desk.page, gatewatch.address, username, `${username}-demo`);
    }
    await desk.page.goto(`${gatewatch.address}/trends${search}`);
    return desk;
  }
  const past = (fromMs: number, toMs: number) => `&from=${Math.round(fromMs)}&to=${Math.round(toMs)}`;

  test('points go into panes by unit, move between them by menu and by drag, and leave; a link shows the same', async () => {
    const { page, complaints } = await open('engineer', '');
    await page.getByTestId('add-points').click();
    for (const id of ['GS-01.PT-301', 'RS-01.PT-301', 'GS-01.FT-301']) {
      await page.getByTestId('search-input').fill(id);
      await page.getByTestId(`found-${id}`).click();
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => searchOf(page).points).toBe('GS-01.PT-301,RS-01.PT-301;GS-01.FT-301');
    await page.getByTestId('pen-menu-RS-01.PT-301').click();
    await page.getByTestId('move-2').click();
    await expect.poll(() => searchOf(page).points).toBe('GS-01.PT-301;GS-01.FT-301;RS-01.PT-301');
    await page.getByTestId('pen-RS-01.PT-301').dragTo(page.getByTestId('pane-0'));
    await expect.poll(() => searchOf(page).points).toBe('GS-01.PT-301,RS-01.PT-301;GS-01.FT-301');
    await page.getByTestId('pen-menu-RS-01.PT-301').click();
    await page.getByTestId('remove-pen').click();
    await expect.poll(() => searchOf(page).points).toBe('GS-01.PT-301;GS-01.FT-301');
    expect(await seriousFaults(page)).toEqual([]);
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await copy.getByTestId('pane-1').getByTestId('pen-GS-01.FT-301').waitFor();
    await copy.close();
    expect(complaints).toEqual([]);
  });

  test('zoom by drag, wheel and keys, each a step that the browser goes back; the cursor tells values, gaps, and why a value is bad', async () => {
    const { page, complaints } = await open('engineer', `?points=GS-01.PT-301;GS-01.FT-301${past(nowMs - 8 * hourMs, nowMs)}`);
    const value = page.getByTestId('value-GS-01.PT-301');
    await expect.poll(() => value.textContent()).toMatch(/0\.\d{3}/);
    await picture(page, 'trends-two-panes');
    const plot = page.getByTestId('trend-holder').first();
    const over = plot.locator('.u-over');
    const box = await over.boundingBox();
    if (box === null) throw new Error('the chart has no size');
    const xOf = (timeMs: number) => ((timeMs - (nowMs - 8 * hourMs)) / (8 * hourMs)) * box.width;

    // The cursor of one pane is the cursor of all.
    await over.hover({ position: { x: xOf((gap.fromMs + gap.toMs) / 2), y: 40 } });
    await expect.poll(() => value.textContent()).toBe('无数据');
    await over.hover({ position: { x: xOf((bad.fromMs + bad.toMs) / 2), y: 40 } });
    await expect.poll(() => page.getByTestId('value-GS-01.FT-301').textContent()).toMatch(/坏值 通信中断/);
    expect(await value.textContent()).toMatch(/0\.\d{3}/);

    await over.dragTo(over, { sourcePosition: { x: box.width * 0.25, y: 60 }, targetPosition: { x: box.width * 0.75, y: 62 } });
    await expect.poll(() => Math.abs(spanOf(page) / (4 * hourMs) - 1)).toBeLessThan(0.01);
    await over.hover({ position: { x: box.width / 2, y: 60 } });
    await page.mouse.wheel(0, -120);
    await expect.poll(() => Math.abs(spanOf(page) / (3.2 * hourMs) - 1)).toBeLessThan(0.01);
    await page.goBack();
    await expect.poll(() => Math.abs(spanOf(page) / (4 * hourMs) - 1)).toBeLessThan(0.01);
    await page.goBack();
    await expect.poll(() => Math.abs(spanOf(page) / (8 * hourMs) - 1)).toBeLessThan(0.001);
    await page.goForward();
    await expect.poll(() => Math.abs(spanOf(page) / (4 * hourMs) - 1)).toBeLessThan(0.01);

    const before = Number(searchOf(page).from);
    await page.keyboard.down('Shift');
    await over.dragTo(over, { sourcePosition: { x: box.width * 0.4, y: 60 }, targetPosition: { x: box.width * 0.65, y: 60 } });
    await page.keyboard.up('Shift');
    await expect.poll(() => (before - Number(searchOf(page).from)) / hourMs).toBeGreaterThan(0.9);
    expect(Math.abs(spanOf(page) / (4 * hourMs) - 1)).toBeLessThan(0.01);

    // A high box zooms the values too; the address keeps them.
    await over.dragTo(over, { sourcePosition: { x: box.width * 0.2, y: 20 }, targetPosition: { x: box.width * 0.7, y: 120 } });
    await expect.poll(() => searchOf(page).values).toMatch(/^GS-01\.PT-301:\d+\.\d+:\d+\.\d+$/);
    expect(Math.abs(spanOf(page) / (2 * hourMs) - 1)).toBeLessThan(0.01);
    await page.getByTestId('auto-scale').click();
    await expect.poll(() => searchOf(page).values).toBeUndefined();
    await page.goBack();
    await page.goBack();
    await expect.poll(() => Math.abs(spanOf(page) / (4 * hourMs) - 1)).toBeLessThan(0.01);

    // By keys alone: the chart, its cursor, zoom, pan, live, pause.
    await page.mouse.move(5, 5);
    await plot.focus();
    await page.keyboard.press('Home');
    const head = page.getByTestId('pane-0').locator('th.trend-at');
    const first = await head.textContent();
    for (let press = 0; press < 5; press += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(() => head.textContent()).not.toBe(first);
    await page.keyboard.press('+');
    await expect.poll(() => Math.abs(spanOf(page) / (2 * hourMs) - 1)).toBeLessThan(0.01);
    await page.keyboard.press('l');
    await expect.poll(() => searchOf(page).from).toBeUndefined();
    await page.keyboard.press('p');
    await expect.poll(() => searchOf(page).from).toBeDefined();
    expect(complaints).toEqual([]);
  });

  test('an alarm stands as a mark on the live trend, tells its lines and leads to the alarm', async () => {
    const { page } = await open('duty', '?points=GS-01.GD-501&minutes=10');
    await page.getByTestId('pen-GS-01.GD-501').waitFor();
    const sign = page.getByTestId('trend-sign').first();
    await sign.waitFor({ timeout: 60_000 });
    await expect.poll(async () => (await page.getByTestId('trend-sign').allTextContents()).join(), { timeout: 60_000 }).toMatch(/紧急|高/);
    await sign.focus();
    const lines = page.getByTestId('trend-lines');
    await expect.poll(() => lines.textContent()).toMatch(/报警发生.*GD-501/);
    await picture(page, 'trends-marks');
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await lines.waitFor({ state: 'detached' });
    await sign.hover();
    await lines.getByRole('link').first().click();
    await page.waitForURL(/\/alarms\/GS-01\.GD-501\./);
  });

  test('a view is saved, shared, opened by another, who may not delete it; exports hold what was shown', async () => {
    const { page } = await open('engineer', `?points=GS-01.PT-301;GS-01.FT-301&compare=day${past(nowMs - 6 * hourMs, nowMs - hourMs)}`);
    await page.getByTestId('pen-GS-01.FT-301').waitFor();
    await page.getByTestId('views').click();
    await page.getByTestId('save-view').click();
    await page.getByTestId('view-name').fill('门站早班');
    await page.getByTestId('view-share').check();
    await page.getByTestId('view-submit').click();
    await page.getByTestId('save-view-dialog').waitFor({ state: 'detached' });

    await page.getByTestId('export').click();
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-csv-raw').click()]);
    const lines = (await readFile(await csv.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^\u{FEFF}time Asia\/Shanghai,time UTC,point,name,value,unit,quality,reason$/u);
    expect(lines.some((line) => /\+08:00,.*,GS-01\.FT-301,.*,,Nm³\/h,bad,commFail$/.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes(',GS-01.PT-301,') && within(Date.parse(line.slice(0, 29)), gap))).toEqual([]);
    const [parquet] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-parquet-raw').click()]);
    expect((await readFile(await parquet.path())).subarray(0, 4).toString()).toBe('PAR1');
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-png').click()]);
    const bytes = await readFile(await png.path());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeGreaterThan(20_000);

    const other = await open('duty', '');
    await other.page.getByTestId('views').click();
    await expect
      .poll(() => other.page.getByTestId('open-view').allTextContents())
      .toEqual([expect.stringMatching(/门站早班.*工程师 陈晨 共享/)]);
    expect(await other.page.getByTestId('delete-view').count()).toBe(0);
    await other.page.getByTestId('open-view').click();
    await expect.poll(() => searchOf(other.page)).toMatchObject({ points: 'GS-01.PT-301;GS-01.FT-301', compare: 'day' });
    await expect.poll(() => other.page.getByTestId('pen-GS-01.PT-301').textContent()).toMatch(/0\.\d{3}/);
    expect(await seriousFaults(other.page)).toEqual([]);
  });

  test('a hundred thousand readings: drawn, zoomed and moved', async () => {
    const { page } = await open('engineer', '?points=GS-01.PT-301&minutes=10');
    await page.getByTestId('pen-GS-01.PT-301').waitFor();
    await page.getByTestId('add-points').click();
    await page.getByTestId('search-input').fill('GS-01.TT-101');
    await page.getByTestId('found-GS-01.TT-101').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('span-43200').click();
    const value = page.getByTestId('pen-GS-01.TT-101');
    await expect.poll(() => value.textContent()).toMatch(/\d\d\.\d.*38\.\d %/);
    const over = page.getByTestId('trend-holder').last().locator('.u-over');
    await over.hover();
    for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, turn < 8 ? -120 : 120);
    // Eight turns in and four out: nearer than the thirty days that were opened.
    await expect.poll(() => spanOf(page) / (30 * 24 * hourMs)).toBeLessThan(0.9);
    await picture(page, 'trends-many');
  });
});
