// Video in a real browser over the demo plant, whose cameras and recorders are simulated behind real RTSP and ONVIF: the wall, a look with its reason, a camera
// that goes black, its recorded hours and a recorded moment, the log of looks, and the pictures of an alarm.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const cameraId = 'RS-02.CAM-1';

describe.skipIf(browser === null)('video in a browser', () => {
  let gatewatch: GatewatchProcess;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, gatewatch.address, 'supervisor', 'supervisor-demo');
  });
  afterAll(async () => {
    await page?.context().close();
    await gatewatch?.stop();
  });

  const card = (id: string) => page.getByTestId(`camera-${id}`);
  const stateOf = (id: string) => card(id).getAttribute('data-state');
  const isShown = (testId: string) =>
    page
      .getByTestId(testId)
      .first()
      .evaluate((image) => (image as HTMLImageElement).complete && (image as HTMLImageElement).naturalWidth > 0);

  test('all cameras are looked at; a picture is shown to whoever says why', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByTestId('video-counts').waitFor();
    await expect.poll(() => stateOf(cameraId), { timeout: 20_000 }).toBe('good');
    expect(await page.locator('.camera-picture').count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'video-wall');
    await page.getByTestId(`look-${cameraId}`).click();
    expect(await page.getByTestId('look-begin').isDisabled()).toBe(true);
    await page.getByTestId('look-reason').fill('夜间视频巡视');
    await picture(page, 'video-dialog');
    await page.getByTestId('look-begin').click();
    await expect.poll(() => isShown(`picture-${cameraId}`), { timeout: 20_000 }).toBe(true);
    expect(await page.getByTestId('look-open').textContent()).toContain('夜间视频巡视');
    await picture(page, 'video-look');
  });

  test('a camera that goes black is told as soon as somebody looks; the tile of its station says it too', async () => {
    await playScenario(gatewatch, 'camera-black', { station: 'RS-02' });
    await expect.poll(() => stateOf(cameraId), { timeout: 20_000 }).toBe('black');
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'video-black');
    await page.getByTestId('look-end').click();
    await page.getByTestId('look-open').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByTestId('station-RS-02').getByTestId('tile-cameras').waitFor();
    await picture(page, 'video-tile');
  });

  test('the recorded hours of a camera, and a recorded moment with its reason', async () => {
    await page.goto(`${gatewatch.address}/video/GS-01.CAM-1`);
    await page.getByTestId('probes').waitFor();
    await expect.poll(() => page.locator('.hour[data-hour="whole"]').count(), { timeout: 30_000 }).toBeGreaterThan(2_000);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'video-camera');
    await page.getByTestId('recording-open').click();
    await page.getByTestId('look-reason').fill('核对昨日施工');
    await page.getByTestId('look-begin').click();
    await expect.poll(() => isShown('picture-GS-01.CAM-1'), { timeout: 20_000 }).toBe(true);
    await picture(page, 'video-recording');
    await page.getByTestId('recording-end').click();
  });

  test('pictures of the moment of an alarm, on its page by one press', async () => {
    await playScenario(gatewatch, 'leak', { station: 'GS-01' });
    await page.goto(`${gatewatch.address}/alarms`);
    await page.getByTestId('alarm-row').first().waitFor({ timeout: 20_000 });
    const alarms = (await page.evaluate(async () => (await fetch('/api/alarms')).json())) as readonly { alarmId: string; class: string }[];
    const alarm = alarms.find((candidate) => candidate.class === 'safety');
    await page.goto(`${gatewatch.address}/alarms/${alarm?.alarmId}`);
    await page.getByTestId('show-alarm-pictures').click({ timeout: 20_000 });
    await expect.poll(() => isShown('alarm-picture'), { timeout: 20_000 }).toBe(true);
    await page.getByTestId('show-place').click();
    await expect.poll(() => isShown('picture-GS-01.CAM-1'), { timeout: 20_000 }).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'video-alarm');
  });

  test('every look stands in the log, with who, why and how many pictures', async () => {
    await page.goto(`${gatewatch.address}/video?tab=log`);
    await page.getByTestId('retrieval-log').waitFor();
    const text = (await page.getByTestId('retrieval-log').textContent()) ?? '';
    for (const said of ['夜间视频巡视', '核对昨日施工', '报警核实', '录像', '实时']) expect(text).toContain(said);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'video-log');
    // A picture that could not be had is a picture that could not be had, not a fault of the page.
    expect(complaints.filter((complaint) => !/502|403/.test(complaint))).toEqual([]);
  });
});
