// Every screen that can be gone to, opened once a language over one plant that stands still: nothing that keeps people out (axe, both themes), nothing
// wider than the window (a small desk, and 200 % zoom), nothing left in the other language.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { navigation } from '../../dashboard/shell/navigation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { launchChromium } from '../harness/chromium.ts';
import { type PosedPlant, posedPage, settled, startPosedPlant } from '../harness/posed-plant.ts';
import { screens } from '../harness/screens.ts';
import { seriousFaults } from '../harness/serious-faults.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const desk = { width: 1_366, height: 768 };
/** 1280 wide at 200 %: half as many CSS pixels. */
const zoomed = { width: 640, height: 400 };

/** Rules are cited by the names that they have, also in English. */
const citedRules = /(?:实施方案|生产安全事故应急预案管理办法|公共安全视频图像信息系统管理条例) ?[第条款一二三四五六七八九十（）]*/g;

/** In the page, laid out anew: how much wider than the window it is, with what sticks out. */
async function tooWide(): Promise<string[]> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over <= 0) return [];
  const widest = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 4)
    .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`);
  return [`${over} px too wide: ${widest.join(', ')}`];
}

/** In the page: every text that is seen or read aloud. */
function textsOfPage(): string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement?.closest('script, style, code, kbd, pre, [lang]:not(html)') === null) texts.push(node.textContent?.trim() ?? '');
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt], [aria-description]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) texts.push(element.getAttribute(name) ?? '');
  return [...new Set(texts)].filter((text) => text !== '');
}

describe.skipIf(browser === null)('every screen', () => {
  let posed: PosedPlant;
  const pages = new Map<string, Page>();
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    posed = await startPosedPlant();
  });
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await posed?.stop();
  });

  async function pageOf(person: string, language: 'zh' | 'en'): Promise<Page> {
    const key = `${person} ${language}`;
    const known = pages.get(key);
    if (known !== undefined) return known;
    const { context, page } = await posedPage(browser as Browser, posed, { person, language, viewport: desk });
    contexts.push(context);
    pages.set(key, page);
    return page;
  }
  async function open(screen: (typeof screens)[number], language: 'zh' | 'en'): Promise<Page> {
    const page = await pageOf(screen.person, language);
    await page.setViewportSize(desk);
    await goTo(page, screen.address(posed));
    await settled(page, screen.ready);
    return page;
  }
  /** As people go from screen to screen: without loading the page again. Within a screen, anew: what is ready there may be ready already. */
  async function goTo(page: Page, address: string): Promise<void> {
    const [pathname] = address.split('?');
    const isWithin = !page.url().startsWith(posed.address) || new URL(page.url()).pathname === pathname;
    if (isWithin || pathname === '/wall') {
      await page.goto(`${posed.address}${address}`);
      return;
    }
    await page.evaluate((to) => {
      for (const element of document.querySelectorAll('#content > *')) element.setAttribute('data-left', '');
      history.pushState({}, '', to);
    }, address);
    await page.waitForFunction(() => document.querySelector('#content > [data-left]') === null);
  }
  async function fits(page: Page): Promise<string[]> {
    const found: string[] = [];
    for (const viewport of [desk, zoomed]) {
      await page.setViewportSize(viewport);
      found.push(...(await page.evaluate(tooWide)).map((what) => `at ${viewport.width}: ${what}`));
    }
    await page.setViewportSize(desk);
    return found;
  }

  test('the list has every screen of the navigation', () => {
    const visited = new Set(screens.map((screen) => screen.address(posed).split('?')[0]));
    for (const { to } of navigation) expect(visited, to).toContain(to);
  });

  test('in Chinese: open to everybody in both themes, no wider than the window, nothing English', async () => {
    const people = (await posed.small.ask('admin', 'GET', '/api/users')).body as readonly { readonly username: string }[];
    const profiles = (await posed.small.ask('engineer', 'GET', '/api/engineering/profiles')).body as readonly {
      readonly maker: string;
      readonly model: string;
    }[];
    const names = new Set([
      ...people.map(({ username }) => username),
      ...profiles.flatMap(({ maker, model }) => [maker, model, `${maker} ${model}`].flatMap((name) => [name, ...name.split(' ')])),
    ]);
    const faults: Record<string, readonly string[]> = {};
    for (const screen of screens) {
      const page = await open(screen, 'zh');
      const found = await fits(page);
      found.push(...(await seriousFaults(page)).map((fault) => `light: ${fault}`));
      await page.emulateMedia({ colorScheme: 'dark' });
      // The same elements in other colours: what can differ is contrast.
      found.push(...(await seriousFaults(page, ['color-contrast'])).map((fault) => `dark: ${fault}`));
      await page.emulateMedia({ colorScheme: 'light' });
      found.push(
        ...(await page.evaluate(textsOfPage))
          .filter((text) => isLeftInEnglish(text, posed.plant, names))
          .map((text) => `in English: ${text}`),
      );
      if (found.length > 0) faults[screen.name] = found;
    }
    expect(faults).toEqual({});
  });

  test('in English: no wider than the window, nothing Chinese but what people wrote and are called', async () => {
    const people = (await posed.small.ask('admin', 'GET', '/api/users')).body as readonly { readonly displayName: string }[];
    const said = [...people.map(({ displayName }) => displayName), ...posed.saidByPeople, '中文', '站哨'].sort(
      (a, b) => b.length - a.length,
    );
    const faults: Record<string, readonly string[]> = {};
    for (const screen of screens) {
      const page = await open(screen, 'en');
      const found = await fits(page);
      const texts = await page.evaluate(textsOfPage);
      for (const text of texts) {
        const rest = said.reduce((left, phrase) => left.replaceAll(phrase, ''), text).replaceAll(citedRules, '');
        if (/\p{Script=Han}/u.test(rest)) found.push(`in Chinese: ${text.slice(0, 80)}`);
      }
      if (found.length > 0) faults[screen.name] = found;
    }
    expect(faults).toEqual({});
  });
});

/** The field's own signs: hashes and other long names of machines, what is a file, a standard, a maker. */
const signs =
  /^(?:[0-9a-f]{8,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{".*|[\w.]+:\/\/\S+|\w+\.pem|Node [\d.]+ .*|PDT|ABCD|CSV|UPS|Excel（\.xlsx）|Webhook|ANSI\/ISA-18\.2 .*|Modbus TCP|RTU over TCP|modbus\w+|opcua|bar|English|[A-Z]+-\d+|default|demo)$/;

/** Latin letters and no Chinese, and neither a sign nor the plant's own word for something: tag, number, unit, account, maker. */
function isLeftInEnglish(text: string, plant: Plant, names: ReadonlySet<string>): boolean {
  if (/\p{Script=Han}/u.test(text) || !/[a-z]{3,}/i.test(text) || signs.test(text)) return false;
  const units = new Set(plant.points.flatMap(({ unit }) => [unit, `${unit}/min`]));
  const rest = text
    .split(/[\s/·,、]+/)
    .filter((word) => !units.has(word) && !names.has(word) && !/^[−\d.,–—…]+$/.test(word) && !/^[A-Z]{2,3}-\d{2}/.test(word))
    .join(' ');
  return /[a-z]{3,}/i.test(rest) && !plant.alarms.some(({ id }) => id.endsWith(`.${rest}`));
}
