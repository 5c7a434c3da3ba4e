// The same plant for everybody: by keyboard with a help sheet, by ear, without colour, without motion, in another time zone, by pinyin, and for
// somebody who has never seen it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../harness/chromium.ts';
import { type PosedPlant, posedPage, settled, startPosedPlant } from '../harness/posed-plant.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const desk = { width: 1_366, height: 768 };
const deficiencies = ['protanopia', 'deuteranopia', 'tritanopia', 'achromatopsia'] as const;
/** Share of the points: the two that are most alike, diamond and circle, differ in a tenth. */
const leastDiffering = 0.06;
const priorities = ['critical', 'high', 'medium', 'low'] as const;

describe.skipIf(browser === null)('for everybody', () => {
  let posed: PosedPlant;
  beforeAll(async () => {
    posed = await startPosedPlant();
  });
  afterAll(() => posed?.stop());

  async function open(
    address: string,
    ready: string,
    options: { readonly timeZone?: string; readonly prepare?: (page: Page) => Promise<void> } = {},
  ) {
    const { context, page } = await posedPage(browser as Browser, posed, {
      person: 'duty',
      language: 'zh',
      viewport: desk,
      ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
    });
    onTestFinished(() => context.close());
    await options.prepare?.(page);
    await page.goto(`${posed.address}${address}`);
    await settled(page, ready);
    return page;
  }

  test('? lists the keys, those of the open screen first, and gives the focus back', async () => {
    const page = await open('/alarms', '[data-testid=alarm-row]');
    await page.keyboard.press('?');
    const sheet = page.getByTestId('keyboard-help');
    await sheet.waitFor();
    expect(await sheet.locator('section').first().textContent()).toMatch(/本页[\s\S]*确认/);
    for (const keys of ['g o', 'g a', 'g s', '/', 's', '?'])
      expect(await sheet.locator('kbd', { hasText: keys }).count(), keys).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/trends');
  });

  test('station and message are spoken where this console wants it; silence is quiet', async () => {
    const page = await open('/', '[data-tile]', {
      // The edge of the browser: a machine with a Chinese voice.
      prepare: async (page) => {
        await page.addInitScript(() => {
          const heard: string[] = [];
          Object.assign(globalThis, {
            heard,
            SpeechSynthesisUtterance: class extends EventTarget {
              readonly text: string;
              constructor(text: string) {
                super();
                this.text = text;
              }
            },
          });
          Object.defineProperty(globalThis, 'speechSynthesis', {
            value: {
              getVoices: () => [{ lang: 'zh-CN', localService: true, name: 'test' }],
              speak: ({ text }: { text: string }) => void heard.push(text),
              cancel: () => void heard.push('—'),
            },
          });
        });
      },
    });
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    // The first touch lets the page sound.
    await page.getByTestId('sound-blocked').click();
    await page.getByTestId('sound-menu').click();
    await page.getByTestId('speech-test').click();
    expect(await heard()).toEqual(['语音播报正常。']);
    await page.getByTestId('speech').check();
    await expect.poll(heard).toContainEqual(expect.stringMatching(/^紧急报警。高新调压站。.+。 另有 \d+ 条新报警。$/));
    await page.keyboard.press('Escape');
    await page.getByTestId('silence').click();
    await expect.poll(async () => (await heard()).at(-1)).toBe('—');
    expect(await page.getByTestId('count-critical').textContent()).toContain('3');
  });

  test('without colour: every priority keeps its number and an outline of its own', async () => {
    const page = await open('/alarms', '[data-testid=alarm-row]');
    const devtools = await page.context().newCDPSession(page);
    for (const type of deficiencies) {
      await devtools.send('Emulation.setEmulatedVisionDeficiency', { type });
      const outlines: number[][] = [];
      for (const [index, priority] of priorities.entries()) {
        const mark = page.getByTestId(`count-${priority}`).locator('svg');
        expect(await mark.textContent()).toBe(String(index + 1));
        const picture = (await mark.screenshot()).toString('base64');
        outlines.push(await page.evaluate(outlineOf, picture));
      }
      for (const [one, outline] of outlines.entries())
        for (const [other, against] of outlines.entries()) {
          if (other <= one) continue;
          const differing = outline.filter((isShape, index) => isShape !== against[index]).length / outline.length;
          expect(differing, `${type}: ${priorities[one]} and ${priorities[other]}`).toBeGreaterThan(leastDiffering);
        }
    }
  });

  test('without motion nothing moves, and what flashed has a border; with motion it flashes at most twice a second', async () => {
    const page = await open('/alarms', '[data-testid=alarm-row]');
    const moving = () => page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
    expect(await moving()).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(moving).toBeGreaterThan(0);
    const periodsMs = await page.evaluate(() =>
      document.getAnimations().map((animation) => Number(animation.effect?.getComputedTiming().duration ?? 0)),
    );
    for (const periodMs of periodsMs) expect(periodMs).toBeGreaterThanOrEqual(500);
  });

  test('times are the plant’s, on a 24-hour clock, also on a machine in New York', async () => {
    const page = await open('/alarms', '[data-testid=alarm-row]', { timeZone: 'America/New_York' });
    expect(await page.getByTestId('clock').textContent()).toBe('2026-03-04 10:30:00');
    const rows = await page.getByTestId('alarm-row').allTextContents();
    expect(rows.join(' ')).toContain('10:24:05');
    expect(rows.join(' ')).not.toMatch(/21:24:05|AM|PM|上午|下午/);
  });

  test('a station and a point are found by pinyin: initials, whole, tones left out', async () => {
    const page = await open('/', '[data-tile]');
    for (const [typed, found] of [
      ['gxtyz', 'found-RS-01'],
      ['gaoxintiaoya', 'found-RS-01'],
      ['gxtyz czyl', 'found-RS-01.PT-301'],
    ] as const) {
      await page.keyboard.press('/');
      await page.getByTestId('search-input').fill(typed);
      await page.getByTestId(found).waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('jump-dialog').waitFor({ state: 'detached' });
    }
  });

  test('somebody new finds the worst thing, its trend and how to acknowledge, by what can be read without scrolling', async () => {
    const page = await open('/', '[data-tile]');
    const steps: string[] = [];
    const inSight = async (name: string): Promise<void> => {
      const box = await page.getByText(name).first().boundingBox();
      expect(box, name).not.toBeNull();
      expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeLessThanOrEqual(desk.height);
    };
    const press = async (role: 'link' | 'button', name: string | RegExp): Promise<void> => {
      const target = page.getByRole(role, { name }).first();
      const box = await target.boundingBox();
      expect((box?.y ?? Number.POSITIVE_INFINITY) + (box?.height ?? 0), String(name)).toBeLessThanOrEqual(desk.height);
      await target.click();
      steps.push(String(name));
    };
    // The worst: in the strip under the header, with its word, its station and what it is.
    await inSight('紧急');
    await inSight('可燃气体探测器 1（调压间）高高限报警');
    await press('link', /可燃气体探测器 1（调压间）高高限报警/);
    // What to do, and the trend of the ten minutes around it.
    await page.getByText('撤离站内人员').waitFor();
    await inSight('处置');
    await inSight('前后十分钟');
    await page.getByTestId('trend-holder').locator('canvas').first().waitFor();
    await press('button', /^确认/);
    await page.getByLabel('处理说明').fill('已通知抢险队，人员撤离');
    steps.push('处理说明');
    await page.getByRole('dialog').getByRole('button', { name: /确认/ }).last().click();
    steps.push('确认');
    await expect.poll(async () => (await page.locator('main').textContent()) ?? '').toMatch(/已确认/);
    expect(steps).toHaveLength(4);
  });
});

/** In the page: which points of a small picture are not its ground, as a person sees it who sees no hue. */
async function outlineOf(picture: string): Promise<number[]> {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const side = 24;
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.drawImage(image, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  const light = (index: number) =>
    0.2126 * (data[index * 4] ?? 0) + 0.7152 * (data[index * 4 + 1] ?? 0) + 0.0722 * (data[index * 4 + 2] ?? 0);
  const ground = light(0);
  return Array.from({ length: side * side }, (_, index) => (Math.abs(light(index) - ground) > 24 ? 1 : 0));
}
