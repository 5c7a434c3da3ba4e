// Many alarms at once in a real browser: the list groups by station with what came first on top, and goes back when the flood is over; one alarm's page
// says what to do and what came with it; alarm performance counts it all and says what would have kept a chattering alarm quiet.
import path from 'node:path';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { demoPlantText } from '../../simulators/demo/demo-plant.ts';
import { launchChromium, picture } from '../harness/chromium.ts';
import { plantOf } from '../harness/plant-of.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { type SmallServer, startSmallServer } from '../harness/small-server.ts';
import { SteeredClock } from '../harness/steered-clock.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const second = 1_000;
const minute = 60_000;
const plant = plantOf(demoPlantText({ host: '127.0.0.1', portOf: () => 15_502, thumbprintOf: () => 'a'.repeat(40) }));
const chatterer = 'GS-02.PT-301.high';

describe.skipIf(browser === null)('many alarms', () => {
  const clock = new SteeredClock();
  let small: SmallServer;
  let historian: Historian;

  beforeAll(async () => {
    const dataDir = temporaryFolder();
    historian = await openHistorian({ url: 'duckdb:', plant, dataDir, clock, log: pino({ level: 'silent' }) });
    const dashboardDir = path.resolve(import.meta.dirname, '..', '..', 'dashboard', 'dist');
    small = await startSmallServer(plant, { dataDir, clock, historian, dashboardDir });
  });
  afterAll(async () => {
    await small.stop();
    await historian.close();
  });
  const rowOf = (page: Page, alarmId: string) => page.locator(`[data-testid=alarm-row][data-alarm-id="${alarmId}"]`);
  const groups = (page: Page) => page.locator('[data-testid^=alarm-group-]');
  const shot = (page: Page, name: string) => picture(page, name, { isWholePage: true });

  test('a flood groups the list by station, first-out on top and nothing hidden; the person may choose; it ends by itself', async () => {
    const { page, complaints } = await openSignedIn(browser, small.server.address, 'duty');
    await page.goto(`${small.server.address}/alarms`);
    await page.getByTestId('alarm-list').waitFor();
    expect(await page.getByTestId('flood-notice').count()).toBe(0);

    const raised = [
      'RS-01.PT-301.high',
      'RS-01.PT-301.highHigh',
      'RS-01.GD-501.high',
      'RS-01.GD-501.highHigh',
      'DR-01.PT-101.high',
      'GS-01.PT-101.low',
      'GS-01.PT-101.lowLow',
      'GS-01.PT-301.low',
      'ST-01.XS-801.state',
      'CN-01.XS-801.state',
      'LP-01.XS-801.state',
      'RS-02.XS-801.state',
    ].filter((alarmId) => plant.alarmIndexById.has(alarmId));
    expect(raised.length).toBeGreaterThanOrEqual(11);
    for (const alarmId of raised.slice(0, 9)) {
      await small.raise(alarmId, 0.9);
      clock.advance(second);
    }
    await rowOf(page, raised[8] ?? '').waitFor();
    expect(await page.getByTestId('flood-notice').count()).toBe(0);
    for (const alarmId of raised.slice(9)) await small.raise(alarmId, 0);
    await page.getByTestId('flood-notice').waitFor();
    await expect.poll(() => page.getByTestId('flood-notice').textContent(), { timeout: 10_000 }).toContain(`累计 ${raised.length} 条`);

    expect(await page.getByTestId('strip-flood').textContent()).toContain('报警泛滥');

    // Every alarm is there, by station; the first of the burst stands first at its station although others are worse.
    const stationIds = [...new Set(raised.map((alarmId) => alarmId.split('.')[0]))];
    await expect.poll(() => groups(page).count()).toBe(stationIds.length);
    const group = page.getByTestId('alarm-group-RS-01');
    expect(await group.textContent()).toMatch(/首出.*PT-301/);
    const inGroup = await page.locator('[data-testid=alarm-list] [role=row]').evaluateAll((rows) =>
      rows
        .map((row) => ({ top: row.getBoundingClientRect().top, id: row.getAttribute('data-alarm-id') ?? row.getAttribute('data-testid') }))
        .sort((one, other) => one.top - other.top)
        .map((row) => row.id),
    );
    expect(inGroup[inGroup.indexOf('alarm-group-RS-01') + 1]).toBe('RS-01.PT-301.highHigh');
    const shown = await page.locator('[data-testid=alarm-row]').count();
    const folded = raised.filter((alarmId) => ['RS-01.PT-301.high', 'RS-01.GD-501.high', 'GS-01.PT-101.low'].includes(alarmId)).length;
    expect(shown).toBe(raised.length - folded);
    expect(await page.getByTestId('pinned-critical').textContent()).toContain('高新调压站');
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'flood');

    await page.getByTestId('group-by-station').click();
    await expect.poll(() => groups(page).count()).toBe(0);
    expect(await page.locator('[data-testid=alarm-row]').count()).toBe(shown);
    await page.getByTestId('group-by-station').click();
    await expect.poll(() => groups(page).count()).toBe(stationIds.length);

    clock.advance(11 * minute);
    await expect.poll(() => page.getByTestId('flood-notice').count(), { timeout: 15_000 }).toBe(0);
    expect(await groups(page).count()).toBe(0);
    expect(await page.locator('[data-testid=alarm-row]').count()).toBe(shown);
    await page.goto(`${small.server.address}/alarms?tab=journal`);
    const line = page.locator('[data-testid=journal-row][data-kind="alarm.floodEnd"]');
    await expect.poll(() => line.textContent(), { timeout: 10_000 }).toMatch(/报警泛滥结束/);
    expect(complaints).toEqual([]);
  });

  test('an alarm’s page says what to do and how long there is, what came with it here and along the pipelines, and how often it came before', async () => {
    const { page, complaints } = await openSignedIn(browser, small.server.address, 'duty');
    await page.goto(`${small.server.address}/alarms/RS-01.GD-501.highHigh`);
    const detail = page.getByTestId('alarm-detail');
    await detail.waitFor();
    await expect.poll(() => page.getByTestId('response-steps').locator('li').count()).toBe(3);
    const { body } = await small.ask('duty', 'GET', '/api/alarms/RS-01.GD-501.highHigh');
    await expect.poll(() => page.getByTestId('correlation-id').textContent()).toBe((body as AlarmView).id);
    // Eleven minutes have passed, and there were two.
    await expect.poll(() => page.getByTestId('response-clock').textContent()).toMatch(/已超时 \d+ 分/);
    const related = page.getByTestId('related-alarms');
    await expect.poll(() => related.locator('li[data-relation=sameStation]').count()).toBeGreaterThanOrEqual(3);
    expect(await related.locator('li[data-relation=upstream]').first().textContent()).toMatch(/上游.*北门站/);
    expect(await related.locator('li[data-relation=downstream]').first().textContent()).toMatch(/下游/);
    expect(await related.textContent()).not.toContain('ST-01');
    await expect.poll(() => page.getByTestId('alarm-occurrences').locator('tbody tr').count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'detail');
    expect(complaints).toEqual([]);
  });

  test('alarm performance has the counts, the flood and the chattering alarm, and works out from history what would have kept it quiet', async () => {
    const definition = plant.alarms[plant.alarmIndexById.get(chatterer) ?? -1];
    if (definition === undefined || !('setpoint' in definition)) throw new Error(chatterer);
    const point = plant.points[definition.pointIndex];
    if (point === undefined) throw new Error(chatterer);
    // Noise about the set-point, as the collector would have seen it: readings and raises of the same signal.
    const startMs = clock.nowMs();
    const batch = createReadingBatch(plant.pointTable, 3_000);
    const holdMs = definition.onDelayMs + 5 * second;
    const span = point.range === null ? 1 : point.range.max - point.range.min;
    const deadband = definition.deadband;
    for (let turn = 0; turn < 12; turn += 1) {
      for (let step = 0; step < 2 * (holdMs / second); step += 1) {
        const isAbove = step < holdMs / second;
        const value = definition.setpoint + (isAbove ? span * 0.002 : -deadband - span * 0.004);
        pushReading(batch, point.index, startMs + turn * 2 * holdMs + step * second, value, 0);
      }
    }
    historian.write(batch);
    await historian.flush();
    for (let turn = 0; turn < 12; turn += 1) {
      clock.advance(startMs + turn * 2 * holdMs + definition.onDelayMs - clock.nowMs());
      await small.raise(chatterer, definition.setpoint * 1.01);
      clock.advance(startMs + (turn * 2 + 1) * holdMs + definition.offDelayMs - clock.nowMs());
      await small.clear(chatterer);
    }
    clock.advance(2 * minute);

    const { page, complaints } = await openSignedIn(browser, small.server.address, 'duty');
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByTestId('figures').waitFor();
    await expect.poll(() => page.getByTestId('performance-counts').textContent()).toMatch(/新报警 2[3-9] 条/);
    expect(await page.getByTestId('figure-floodTime').getAttribute('data-verdict')).toBe('over');
    expect(await page.getByTestId('flood-periods').locator('tbody tr').count()).toBeGreaterThanOrEqual(1);
    const worst = page.getByTestId('bad-actor').first();
    expect(await worst.getAttribute('data-alarm-id')).toBe(chatterer);
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'performance');

    await worst.getByTestId('suggest').click();
    const suggestion = page.getByTestId('suggestion');
    await expect.poll(() => suggestion.getAttribute('data-kind'), { timeout: 20_000 }).toBe('change');
    expect(await suggestion.textContent()).toMatch(/建议.*(回差|延时).*可消除/);
    await page.getByTestId('by-station').click();
    await expect.poll(() => page.getByTestId('breakdown').textContent()).toContain('南门站');
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'suggestion');
    // Who may not propose settings is not shown how.
    expect(await page.getByTestId('propose-suggestion').count()).toBe(0);
    expect(complaints).toEqual([]);

    const engineer = await openSignedIn(browser, small.server.address, 'engineer');
    await engineer.page.goto(`${small.server.address}/performance`);
    await engineer.page.getByTestId('bad-actor').first().getByTestId('suggest').click();
    await engineer.page.getByTestId('propose-suggestion').first().click();
    await engineer.page.getByTestId('suggestion-proposed').click();
    await engineer.page.locator('[data-testid=draft-panel][data-state=open]').waitFor();
    expect(await engineer.page.getByTestId('differences').textContent()).toContain(chatterer);
    expect(engineer.complaints).toEqual([]);
  });
});
