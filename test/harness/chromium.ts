// A real Chromium: the one of the machine where there is one, else the one that ships as a package.
import { existsSync } from 'node:fs';
import packagedChromium from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const systemPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const commonArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Null with one printed line where no browser can start; throws instead with GATEWATCH_REQUIRE_SERVICES=1. `GATEWATCH_CHROMIUM` names another program. */
export function launchChromium(): Promise<Browser | null> {
  return firstThatStarts((start) => chromium.launch(start));
}

/** The packaged one and no other: the same drawing on every machine, for pictures that are compared. */
export function launchPackagedChromium(): Promise<Browser | null> {
  return firstThatStarts((start) => chromium.launch(start), [packaged]);
}

/**
 * A phone with a memory: what it keeps lies in `profile` and is there again when it is opened anew. Touch, 390 × 844, three pixels a point. Null where no
 * browser can start. `more`: arguments of the browser, for a camera that shows a film.
 */
export function openPhone(profile: string, more: readonly string[] = []): Promise<BrowserContext | null> {
  return firstThatStarts((start) =>
    chromium.launchPersistentContext(profile, {
      ...start,
      args: [...start.args, ...more],
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 3,
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    }),
  );
}

interface Candidate {
  readonly name: string;
  readonly path: () => Promise<string>;
  readonly arguments: readonly string[];
}

const packaged: Candidate = {
  name: 'packaged Chromium',
  path: () => packagedChromium.executablePath(),
  arguments: packagedArguments(),
};

function allCandidates(): Candidate[] {
  const system = process.env.GATEWATCH_CHROMIUM ?? systemPlaces.find((file) => existsSync(file));
  return [...(system === undefined ? [] : [{ name: system, path: async () => system, arguments: [] }]), packaged];
}

async function firstThatStarts<Started>(
  start: (options: { readonly executablePath: string; readonly args: string[] }) => Promise<Started>,
  candidates: readonly Candidate[] = allCandidates(),
): Promise<Started | null> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      return await start({ executablePath: await candidate.path(), args: [...candidate.arguments, ...commonArguments] });
    } catch (error) {
      failures.push(`${candidate.name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  const reason = `no Chromium starts on this machine (${failures.join('; ')})`;
  if (process.env.GATEWATCH_REQUIRE_SERVICES === '1') throw new Error(reason);
  console.log(`SKIPPED: ${reason}`);
  return null;
}

/** Without the options that put the whole browser into one process: there, the first fault of a page takes the browser with it. */
function packagedArguments(): string[] {
  return packagedChromium.args.filter((argument) => argument !== '--single-process' && argument !== '--no-zygote');
}

export interface WatchedPage {
  readonly page: Page;
  /** What the page complained of: uncaught errors, and console errors other than a refused first session question. */
  readonly complaints: string[];
}

/** A page that counts the tones that are really given to the sound card. */
export async function openPage(browser: Browser, options: { readonly locale?: string } = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1_920, height: 1_080 },
    locale: options.locale ?? 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  await context.addInitScript(() => {
    const counter = globalThis as unknown as { tonesStarted: number };
    counter.tonesStarted = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when?: number) {
      counter.tonesStarted += 1;
      return start.call(this, when);
    };
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401 \(Unauthorized\)|ERR_CONNECTION_REFUSED|WebSocket connection/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, complaints };
}

export function tonesStarted(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { tonesStarted: number }).tonesStarted);
}

export async function signIn(page: Page, address: string, username: string, password: string): Promise<void> {
  await page.goto(address);
  await page.getByTestId('sign-in-username').fill(username);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('connection').waitFor();
}

/** For people who want to see what a browser test sees: with BROWSER_TEST_PICTURES=folder every call leaves a PNG there, else it does nothing. */
export async function picture(page: Page, name: string, options: { readonly isWholePage?: boolean } = {}): Promise<void> {
  const folder = process.env.BROWSER_TEST_PICTURES;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: options.isWholePage ?? false });
}
