// The phone as hands and eyes meet it: every target large enough for a glove, every text readable in the sun, no serious fault for assistive technology,
// nothing left untranslated, and little to load.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../harness/chromium.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { type OpenPhone, openStage, type PhoneStage, pressTwice, signInOnPhone, takeOutPhone, untilLive } from './phone-stage.ts';

const probe = await launchChromium();
const hasBrowser = probe !== null;
await probe?.close();

const leastTargetPx = 44;
const leastTextPx = 16;
const leastContrast = 7;
const firstLoadBytesMax = 150_000;
const built = path.join(import.meta.dirname, '..', '..', 'dashboard', 'dist');

interface Measured {
  readonly what: string;
  readonly value: number;
}

/** In the page: everything that can be pressed or filled in, smaller than it must be. */
function smallTargets(leastPx: number): Measured[] {
  const found: Measured[] = [];
  for (const element of document.querySelectorAll('a[href], button, input, select, textarea, summary, label')) {
    const label = element.closest('label');
    // A field inside a label is pressed on the label; a label with its field beside it is not a target.
    if (element instanceof HTMLInputElement && label !== null) continue;
    if (element instanceof HTMLLabelElement && element.querySelector('input') === null) continue;
    const { width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || element.closest('details:not([open]) > :not(summary)') !== null) continue;
    if (Math.min(width, height) < leastPx - 0.01)
      found.push({ what: `${element.tagName} ${element.textContent?.trim().slice(0, 30)}`, value: Math.min(width, height) });
  }
  return found;
}

/** In the page: every text on the screen with its contrast (WCAG 2.2, 1.4.3) and its size; what is below the limits. */
function weakTexts([leastContrast, leastPx]: readonly [number, number]): Measured[] {
  type Colour = readonly [number, number, number, number];
  const read = (text: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, text.startsWith('rgb') ? alpha : 0];
  };
  const luminance = ([red, green, blue]: Colour): number => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element: Element): Colour => {
    for (let one: Element | null = element; one !== null; one = one.parentElement) {
      const colour = read(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) return colour;
    }
    return [255, 255, 255, 1];
  };
  const contrast = (one: Colour, other: Colour): number => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const found: Measured[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (text === '' || element === null || element.closest('.visually-hidden, script, style') !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const style = getComputedStyle(element);
    const isInShape = element instanceof SVGElement;
    const shape = isInShape ? element.parentElement?.querySelector('.priority-shape') : null;
    const ground = shape == null ? groundOf(element) : read(getComputedStyle(shape).fill);
    const ratio = contrast(read(isInShape ? style.fill : style.color), ground);
    if (ratio < leastContrast) found.push({ what: `contrast of ${text.slice(0, 30)}`, value: Math.round(ratio * 100) / 100 });
    if (!isInShape && Number.parseFloat(style.fontSize) < leastPx)
      found.push({ what: `size of ${text.slice(0, 30)}`, value: Number.parseFloat(style.fontSize) });
  }
  return found;
}

/** Pictures for whoever wants to look: `PHONE_SCREENSHOTS=/tmp/x`. */
const screenshots = process.env.PHONE_SCREENSHOTS;

describe.skipIf(!hasBrowser)('how the phone looks', () => {
  let stage: PhoneStage;
  let phone: OpenPhone;
  let incidentId = '';
  const address = (where: string) => `${stage.network.address}/phone/${where}`;
  const eventually = <Value>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 30_000, interval: 50 });

  beforeAll(async () => {
    stage = await openStage();
    phone = await takeOutPhone(temporaryFolder());
    await phone.page.emulateMedia({ reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await phone?.context.close();
    await stage?.stop();
  });

  async function holds(where: string): Promise<void> {
    const { page } = phone;
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    expect({ where, small: await page.evaluate(smallTargets, leastTargetPx) }).toEqual({ where, small: [] });
    const look = await page.evaluate(() => document.documentElement.dataset.theme);
    const wanted = look === 'sun' ? leastContrast : 4.5;
    expect({ where, weak: await page.evaluate(weakTexts, [wanted, leastTextPx] as const) }).toEqual({ where, weak: [] });
    expect({ where, faults: await seriousFaults(page) }).toEqual({ where, faults: [] });
    // A word that is missing is shown by its key.
    const text = (await page.locator('#root').textContent()) ?? '';
    expect({ where, keys: text.match(/\b(phone|common|signIn|alarmState|priority|quality)\.[a-z]\w*/gi) }).toEqual({ where, keys: null });
    expect({ where, width: await page.evaluate(() => document.documentElement.scrollWidth) }).toEqual({ where, width: 390 });
    // The bar of tabs is fixed: what does not fit there makes nothing wider, it is just gone.
    const gone = () =>
      [...document.querySelectorAll('.phone-tabs a')]
        .filter((tab) => tab.getBoundingClientRect().right > innerWidth + 1)
        .map((tab) => tab.textContent);
    expect({ where, gone: await page.evaluate(gone) }).toEqual({ where, gone: [] });
    const language = await page.evaluate(() => document.documentElement.lang);
    if (screenshots !== undefined)
      await page.screenshot({ path: path.join(screenshots, `phone-${where}-${look}-${language}.png`), fullPage: true });
  }

  /** Text as the server and the people wrote it is in their own language. */
  const visit = async (): Promise<void> => {
    const { page } = phone;
    await page.goto(address(''));
    await page.getByTestId('incident-row').first().waitFor();
    await untilLive(page);
    await holds('incidents');
    await page.goto(address(`incidents/${incidentId}`));
    await page.getByTestId('call').waitFor();
    await page.getByTestId('point-line').first().waitFor();
    await holds('incident');
    await page.goto(address('alarms'));
    await page.getByTestId('alarm-row').first().waitFor();
    await holds('alarms');
    await page.getByTestId('alarm-row').first().tap();
    await page.getByTestId('acknowledge-comment').waitFor();
    // The lesser alarm of the same point is folded under the worse one in the list, and can be reached here.
    await page.locator('[data-alarm-id="RS-01.GD-501.high"]').waitFor();
    await holds('alarm');
    await page.goto(address('stations/RS-01'));
    await page.getByTestId('point-line').first().waitFor();
    await holds('station');
    await page.goto(address('settings'));
    await page.getByTestId('push-state').waitFor();
    await holds('settings');
  };

  test('sign-in', async () => {
    const { page } = phone;
    await page.goto(address(''));
    await page.getByTestId('sign-in-submit').waitFor();
    await holds('sign-in');
  });

  test('every screen in the sun, in Chinese and English, then at night', async () => {
    stage.setGas(80);
    incidentId = (await stage.openIncident('群众来电：站内有气味')).id;
    await eventually(async () => (await stage.duty.alarms()).length).toBe(2);
    const { page } = phone;
    await signInOnPhone(page, stage.network.address, 'team');
    await visit();
    await page.getByTestId('choose-en').tap();
    await eventually(() => page.evaluate(() => document.documentElement.lang)).toBe('en');
    await visit();
    await page.getByTestId('choose-dark').tap();
    await visit();
    await page.getByTestId('choose-light').tap();
    await visit();
    await page.getByTestId('choose-sun').tap();
    await page.getByTestId('choose-zh').tap();
  });

  test('without network: the band, the age, the queue', async () => {
    const { page } = phone;
    await page.goto(address(`incidents/${incidentId}`));
    await untilLive(page);
    stage.network.cut();
    await page.getByTestId('not-live').waitFor();
    await pressTwice(page, 'step-onTheWay');
    await eventually(() => page.getByTestId('step-onTheWay').getAttribute('data-state')).toBe('unsent');
    await holds('offline-incident');
    await page.getByTestId('unsent').tap();
    await page.getByTestId('queue-list').waitFor();
    await holds('offline-queue');
    stage.network.mend();
    await page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    expect(phone.complaints).toEqual([]);
  });

  test(`the first screen is there after ${firstLoadBytesMax / 1_000} kB, compressed`, async () => {
    const { page } = phone;
    await page.goto(address(''));
    await page.getByTestId('incident-row').first().waitFor();
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
    // The transport of live data comes after the first picture, the type face only where a machine has no Chinese glyphs.
    const files = [...new Set(loaded)].filter(
      (name) => name.startsWith('/phone/assets/') && !/\/(font|socket-connection|noto-sans)/.test(name),
    );
    const bytes = ['/phone/index.html', ...files].reduce(
      (sum, name) => sum + gzipSync(readFileSync(path.join(built, name)), { level: 9 }).length,
      0,
    );
    console.log(`phone, first screen: ${files.length + 1} files, ${(bytes / 1_000).toFixed(1)} kB gzip`);
    expect(files.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThanOrEqual(firstLoadBytesMax);
  });
});
