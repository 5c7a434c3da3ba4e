// The past on the same screens: a leak that was acknowledged is seen unacknowledged again at its moment, is played on to the acknowledgement, and cannot be
// acted on; an alarm that comes meanwhile sounds and stands in the strip.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { launchChromium, picture, tonesStarted } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const slow = { timeout: 40_000 };
const gas = 'GS-01.GD-501.highHigh';

describe.skipIf(browser === null)('replay', () => {
  let gatewatch: GatewatchProcess;
  let duty: GatewatchClient;
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
    duty = await GatewatchClient.signIn(gatewatch.address, 'duty', 'duty-demo');
  });
  afterAll(() => gatewatch?.stop());

  const play = (scenario: string, options: object) => playScenario(gatewatch, scenario, options);
  const alarm = (alarmId: string) => duty.get<AlarmView>(`/api/alarms/${alarmId}`);
  const stateOnScreen = (page: Page, alarmId: string) =>
    page.locator(`main [data-testid=alarm-row][data-alarm-id="${alarmId}"]`).getAttribute('data-state');

  test('a leak as it was before somebody acknowledged it; live alarms go on', async () => {
    await expect
      .poll(
        async () => (await duty.get<PointView[]>('/api/points?station=GS-01')).every((point) => point.latest.quality.severity === 'good'),
        slow,
      )
      .toBe(true);
    await play('leak', { station: 'GS-01', size: 60, seconds: 900 });
    await expect.poll(async () => (await alarm(gas)).state, slow).toBe('unacknowledged');
    const raised = await alarm(gas);
    const { raisedAtMs } = raised;
    expect((await duty.ask('POST', `/api/alarms/${raised.id}/acknowledge`, { version: raised.version, comment: '关阀' })).status).toBe(200);
    const acknowledgedAtMs = (await alarm(gas)).acknowledgedAtMs ?? 0;
    // What is replayed lies three seconds back at least.
    await expect.poll(() => Date.now() - acknowledgedAtMs, slow).toBeGreaterThan(4_500);

    const { page, complaints } = await openSignedIn(browser, gatewatch.address, 'duty');
    page.setDefaultTimeout(20_000);
    await page.goto(`${gatewatch.address}/replay?at=${acknowledgedAtMs - 1}&screen=${encodeURIComponent('/alarms')}`);
    const band = page.getByTestId('replay-band');
    await band.waitFor();
    await expect.poll(() => page.url()).toMatch(/\/alarms$/);
    await expect.poll(() => stateOnScreen(page, gas)).toBe('unacknowledged');
    expect((await alarm(gas)).state).toBe('acknowledged');
    expect(await band.getAttribute('data-status')).toBe('paused');
    await picture(page, 'replay-1-alarms');
    expect(await seriousFaults(page)).toEqual([]);

    // Nothing can be done to the past.
    await page.locator(`main [data-testid=alarm-row][data-alarm-id="${gas}"]`).click();
    await page.keyboard.press('a');
    expect(await page.getByTestId('acknowledge-dialog').count()).toBe(0);
    expect(await page.locator('main').getByRole('button', { name: '确认', exact: true }).count()).toBe(0);

    // What comes now is heard and stands in the strip, not on the screens of then. It takes its time; meanwhile the person goes on looking.
    const criticalNow = async () => Number(await page.getByTestId('count-critical').locator('b').textContent());
    const [tonesBefore, criticalBefore] = [await tonesStarted(page), await criticalNow()];
    const liveId = 'RS-01.GD-501.highHigh';
    await play('leak', { station: 'RS-01', size: 60, seconds: 900 });

    // The alarm's page tells who had been told and how often it had risen by then; the watch is that of then.
    await page.keyboard.press('Enter');
    const times = page.getByTestId('alarm-occurrences').locator('tbody');
    await times.locator('tr').first().waitFor();
    expect(await times.textContent()).not.toContain('王敏');
    await page.getByTestId('related-alarms').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByTestId('on-duty-now').waitFor();
    expect(await page.getByTestId('take-watch').count()).toBe(0);
    expect(await page.getByTestId('duty-tab-roster').count()).toBe(0);
    await picture(page, 'replay-3-duty');
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await expect.poll(() => page.locator('main [data-testid=station-GS-01]').textContent()).toMatch(/\d+ %/);
    await picture(page, 'replay-4-overview');

    await expect.poll(async () => (await alarm(liveId)).state, slow).toBe('unacknowledged');
    await expect.poll(criticalNow).toBeGreaterThan(criticalBefore);
    await expect.poll(() => tonesStarted(page)).toBeGreaterThan(tonesBefore);
    expect(await page.getByTestId('alarm-strip').textContent()).toMatch(/未确认/);
    expect(await page.getByTestId('strip-live').isVisible()).toBe(true);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.locator(`main [data-testid=alarm-row][data-alarm-id="${gas}"]`).waitFor();
    expect(await page.locator(`main [data-alarm-id="${liveId}"]`).count()).toBe(0);

    // Played on, the acknowledgement comes.
    await page.getByTestId('speed-2').click();
    await page.getByTestId('replay-play').click();
    await expect.poll(() => stateOnScreen(page, gas), slow).toBe('acknowledged');
    await expect.poll(() => page.getByTestId('replay-lines').textContent()).toMatch(/王敏.*关阀/);

    // The station as it was: values from history, no value of now.
    await page.goto(`${gatewatch.address}/replay?at=${(raisedAtMs ?? 0) + 500}&screen=${encodeURIComponent('/stations/GS-01')}`);
    await page.locator('main .station').waitFor();
    await expect.poll(() => page.locator('main .station').textContent()).toMatch(/GD-501/);
    await expect.poll(() => page.locator('main .point-table').textContent(), slow).toMatch(/%LEL/);
    await picture(page, 'replay-2-station');
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByTestId('replay-leave').click();
    await band.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.locator(`main [data-testid=alarm-row][data-alarm-id="${liveId}"]`).waitFor();
    expect(complaints).toEqual([]);
  });
});
