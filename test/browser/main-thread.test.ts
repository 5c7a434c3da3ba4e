// The whole thread in a real browser: a person signs in, a leak becomes an alarm that sounds, he acknowledges it, and it stands in the journal.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, signIn, tonesStarted } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openPageOfTest, openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const soundOf = (page: Page) => page.evaluate(() => document.documentElement.dataset.sound ?? '');
const rowOf = (page: Page, alarmId: string) => page.locator(`[data-testid=alarm-row][data-alarm-id="${alarmId}"]`);

describe.skipIf(browser === null)('in a browser', () => {
  const dataDir = temporaryFolder();
  let gatewatch: GatewatchProcess;
  const restart = async (port: string) => {
    gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story', '--http-port', port] });
  };
  beforeAll(() => restart('0'));
  afterAll(() => gatewatch.stop());

  test('a wrong password is told, a right one opens the overview of eight live stations', async () => {
    const { page, complaints } = await openPageOfTest(browser);
    await page.goto(gatewatch.address);
    await page.getByTestId('sign-in-username').fill('duty');
    await page.getByTestId('sign-in-password').fill('wrong');
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('sign-in-problem').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await signIn(page, gatewatch.address, 'duty', 'duty-demo');
    await expect.poll(() => page.locator('[data-tile]').count(), { timeout: 20_000 }).toBe(8);
    const pressure = page.getByTestId('station-GS-01').locator('.tile-value').first();
    await expect.poll(() => pressure.textContent(), { timeout: 20_000 }).toMatch(/出站压力.*0\.\d{3}\s*MPa/);
    const before = await page.getByTestId('station-GS-01').textContent();
    await expect.poll(() => page.getByTestId('station-GS-01').textContent(), { timeout: 20_000 }).not.toBe(before);
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('leak → high-high alarm with sound → acknowledged with a comment → journaled; reload and English keep it', async () => {
    const { page, complaints } = await openSignedIn(browser, gatewatch.address, 'duty');
    await page.getByTestId('station-RS-01').waitFor();
    expect(await soundOf(page)).toBe('silent');
    expect(await tonesStarted(page)).toBe(0);

    await playScenario(gatewatch, 'leak', { station: 'RS-01', size: 60, seconds: 600 });
    const strip = page.getByTestId('alarm-strip');
    await expect.poll(() => strip.textContent(), { timeout: 40_000 }).toMatch(/紧急.*高新调压站.*高高限/);
    await expect.poll(() => soundOf(page)).toBe('sounding:critical');
    await expect.poll(() => tonesStarted(page)).toBeGreaterThan(0);
    expect(await page.getByTestId('station-RS-01').getAttribute('data-worst')).toBe('critical');

    await page.keyboard.press('s');
    await expect.poll(() => soundOf(page)).not.toMatch(/^sounding:critical/);

    await page.goto(`${gatewatch.address}/alarms`);
    const alarmId = 'RS-01.GD-501.highHigh';
    await rowOf(page, alarmId).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await rowOf(page, alarmId).getByTestId('acknowledge').click();
    const submit = page.getByTestId('acknowledge-submit');
    expect(await submit.isDisabled()).toBe(true); // a critical alarm wants a comment
    await page.getByTestId('acknowledge-comment').fill('已通知抢险队，关闭进站阀');
    await submit.click();
    await expect.poll(() => rowOf(page, alarmId).textContent(), { timeout: 10_000 }).toMatch(/值班员 王敏|duty/);

    await page.getByTestId('journal-tab').click();
    const line = page.locator(`[data-testid=journal-row][data-kind="alarm.acknowledge"][data-alarm-id="${alarmId}"]`);
    await expect.poll(() => line.textContent(), { timeout: 10_000 }).toMatch(/报警确认.*王敏.*已通知抢险队，关闭进站阀/);
    expect(await seriousFaults(page)).toEqual([]);

    await page.reload();
    await expect.poll(() => line.textContent(), { timeout: 10_000 }).toContain('已通知抢险队');
    await page.goto(`${gatewatch.address}/stations/RS-01`);
    await page.getByTestId('mimic').waitFor();
    await expect.poll(() => page.getByTestId('point-table').textContent()).toMatch(/%LEL/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`${gatewatch.address}/trends?points=RS-01.GD-501`);
    await page.getByTestId('pen-RS-01.GD-501').waitFor();
    await page.getByTestId('trend-holder').locator('canvas').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('somebody else was quicker: the conflict is shown with who it was', async () => {
    const { page } = await openSignedIn(browser, gatewatch.address, 'duty');
    await playScenario(gatewatch, 'mains-loss', { station: 'ST-01', seconds: 600 });
    await page.goto(`${gatewatch.address}/alarms`);
    const alarmId = 'ST-01.XS-801.state';
    await rowOf(page, alarmId).getByTestId('acknowledge').click();
    await page.getByTestId('acknowledge-comment').waitFor();
    const supervisor = await GatewatchClient.signIn(gatewatch.address, 'supervisor', 'supervisor-demo');
    const alarm = (await supervisor.alarms()).find((candidate) => candidate.alarmId === alarmId);
    // While this person types, the supervisor acknowledges.
    await page.route('**/acknowledge', async (route) => {
      await supervisor.ask('POST', `/api/alarms/${alarm?.id}/acknowledge`, { version: alarm?.version, comment: '值班长先确认' });
      await route.continue();
    });
    await page.getByTestId('acknowledge-comment').fill('我来处理');
    await page.getByTestId('acknowledge-submit').click();
    await expect.poll(() => page.getByTestId('version-conflict').first().textContent(), { timeout: 10_000 }).toMatch(/supervisor|李强/);
  });

  test('the server dies: a full-width banner says since when; it comes back: the banner goes and the acknowledgement is still there', async () => {
    const { page } = await openSignedIn(browser, gatewatch.address, 'duty');
    await page.getByTestId('station-RS-01').waitFor();
    // A page that is all there: one that is killed while it loads shows what its browser shows.
    await expect.poll(() => page.getByTestId('connection').getAttribute('data-liveness')).toBe('live');
    await page.waitForLoadState('networkidle');
    const { port } = new URL(gatewatch.address);
    await gatewatch.kill();
    const banner = page.getByTestId('not-live');
    await banner.waitFor({ timeout: 20_000 });
    expect(await banner.textContent()).toMatch(/\d{2}:\d{2}:\d{2}/);
    expect((await banner.boundingBox())?.width).toBe(1_920);
    // A screen whose piece was never fetched: it says so in its place, the banner stays, and it is there by itself when the server is.
    await page.keyboard.press('g');
    await page.keyboard.press('y');
    await page.getByTestId('crashed').waitFor();
    expect(await page.getByTestId('crashed').textContent()).toContain('此处内容未能载入');
    expect(await banner.isVisible()).toBe(true);
    await restart(port);
    await page.getByTestId('crashed').waitFor({ state: 'detached', timeout: 40_000 });
    await expect.poll(() => page.getByTestId('not-live').count(), { timeout: 40_000 }).toBe(0);
    await page.goto(`${gatewatch.address}/alarms?tab=journal`);
    const line = page.locator('[data-testid=journal-row][data-kind="alarm.acknowledge"][data-alarm-id="RS-01.GD-501.highHigh"]');
    await expect.poll(() => line.textContent(), { timeout: 10_000 }).toContain('已通知抢险队');
  });

  test('English', async () => {
    const { page } = await openSignedIn(browser, gatewatch.address, 'duty');
    await page.getByTestId('user-menu').click();
    await page.getByTestId('language-en').click();
    await expect.poll(() => page.locator('h1').first().textContent()).toBe('Overview');
    await expect.poll(() => page.getByTestId('station-GS-01').textContent()).toMatch(/North gate station.*Outlet pressure/);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });
});
