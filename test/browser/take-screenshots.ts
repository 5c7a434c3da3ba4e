// Pictures for the README from the running product: `npm run screenshots`. Starts the demo plant, plays a leak, and writes docs/images.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Quality } from '../../domain/readings/quality.ts';
import { launchChromium, openPage, signIn } from '../harness/chromium.ts';
import { writeHistory } from '../harness/demo-history.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';

const images = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'images');
mkdirSync(images, { recursive: true });
const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-pictures-'));
const browser = await launchChromium();
if (browser === null) process.exit(1);
// A trend needs a past: with a gap, and with readings that were not good.
const hourMs = 3_600_000;
const nowMs = Date.now();
const ago = (timeMs: number) => (nowMs - timeMs) / hourMs;
const wave = (timeMs: number, phase: number) => Math.sin(timeMs / 7.3e6 + phase) + 0.3 * Math.sin(timeMs / 6e5 + phase * 3);
await writeHistory(dataDir, { fromMs: nowMs - 34 * hourMs, toMs: nowMs - 20_000, stepMs: 10_000 }, [
  {
    pointId: 'GS-01.PT-301',
    at: (timeMs) => (ago(timeMs) < 5 && ago(timeMs) > 4.4 ? null : [0.398 + 0.004 * wave(timeMs, 1)]),
  },
  { pointId: 'GS-01.TT-301', at: (timeMs) => [12 + 1.5 * wave(timeMs - 9e5, 1)] },
  {
    pointId: 'GS-01.FT-301',
    at: (timeMs) =>
      ago(timeMs) < 2.2 && ago(timeMs) > 1.9
        ? [Number.NaN, Quality.badCommFail]
        : [27_000 + 1_900 * wave(timeMs, 3), ago(timeMs) < 1.2 && ago(timeMs) > 1 ? Quality.uncertainInaccurate : Quality.good],
  },
]);
const gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story'] });
try {
  const { page } = await openPage(browser);
  await page.setViewportSize({ width: 1_600, height: 900 });
  const shot = async (name: string) => {
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: path.join(images, `${name}.png`) });
  };
  await signIn(page, gatewatch.address, 'duty', 'duty-demo');
  // Ten minutes of sparkline need a little life first.
  await page.waitForTimeout(60_000);
  await playScenario(gatewatch, 'leak', { seconds: 300 });
  await page.getByText('高高限报警').first().waitFor({ timeout: 40_000 });
  await shot('overview');
  await page.goto(`${gatewatch.address}/stations/GS-01`);
  await page.getByTestId('mimic').waitFor();
  await page.waitForTimeout(5_000);
  await shot('station');
  await page.goto(`${gatewatch.address}/alarms`);
  await page.getByTestId('alarm-row').first().waitFor();
  await shot('alarms');
  await page.goto(`${gatewatch.address}/trends?points=GS-01.PT-301,GS-01.TT-301;GS-01.FT-301&minutes=480&compare=day`);
  await page.getByTestId('pen-GS-01.FT-301').waitFor();
  await page.waitForTimeout(5_000);
  await page
    .getByTestId('trend-holder')
    .first()
    .hover({ position: { x: 720, y: 80 } });
  await shot('trends');
  const phone = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    timezoneId: 'Asia/Shanghai',
  });
  const pocket = await phone.newPage();
  await pocket.goto(`${gatewatch.address}/phone/`);
  await pocket.getByTestId('sign-in-username').fill('team');
  await pocket.getByTestId('sign-in-password').fill('team-demo');
  await pocket.getByTestId('sign-in-submit').tap();
  await pocket.getByTestId('incident-row').first().tap();
  await pocket.getByTestId('step-onTheWay').waitFor();
  await pocket.waitForTimeout(3_000);
  await pocket.screenshot({ path: path.join(images, 'phone.png') });
} finally {
  await browser.close();
  await gatewatch.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
