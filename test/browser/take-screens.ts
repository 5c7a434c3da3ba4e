// `npm run screens`: a picture of every screen in both languages and themes, of a plant that stands still, into docs/screens, and docs/screens.md that
// shows them. With `--check` it compares with the kept pictures instead and says which differ; it says SKIPPED where the packaged Chromium cannot start.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchPackagedChromium } from '../harness/chromium.ts';
import { posedPage, settled, startPosedPlant } from '../harness/posed-plant.ts';
import { phoneScreens, screens } from '../harness/screens.ts';

const isCheck = process.argv.includes('--check');
/** `--all`: also those that are not compared otherwise, to see whether they could be. `--only=phone`: those whose name begins so. */
const isAll = process.argv.includes('--all');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';
const docs = path.resolve(import.meta.dirname, '..', '..', 'docs');
const folder = path.join(docs, 'screens');
const desk = { width: 1_366, height: 768 };
const phone = { width: 390, height: 844 };
const quality = 0.8;
const bytesMax = 11_000_000;
/** A point differs where a channel does by more than this, of 255. */
const channelTolerance = 48;
/** Share of the points of a picture that may differ. */
const shareMax = 0.005;
/** What is another at every start: the beat of the header, hashes and ids of the journal, the machine that it runs on. */
const volatileStyle = `
  [data-testid=connection] circle, [data-testid=journal] .journal-chain, [data-testid=journal] [title], [data-testid^=check-] td p, .health-facts, .escalation, .correlation-id { visibility: hidden !important; }
`;
/** Filled in the order in which messages went out, or full of what the machine says of itself: shown, not compared. */
const notCompared = new Set(['notifications', 'obligations', 'health']);

const browser = await launchPackagedChromium();
if (browser === null) process.exit(0);
const posed = await startPosedPlant();
const differing: string[] = [];
let taken = 0;
try {
  const bench = await browser.newPage();
  if (!isCheck && only === '') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  for (const language of ['zh', 'en'] as const) {
    const pages = new Map<string, Page>();
    for (const screen of [...screens, ...phoneScreens]) {
      if (!screen.name.startsWith(only) || (isCheck && !isAll && notCompared.has(screen.name))) continue;
      const isPhone = screen.name.startsWith('phone');
      let page = pages.get(screen.person);
      if (page === undefined) {
        ({ page } = await posedPage(browser, posed, { person: screen.person, language, viewport: isPhone ? phone : desk }));
        // Whether a page without a press may sound is the browser's mood; here it may not, and the header always says so.
        await page.addInitScript(() => {
          Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });
          AudioContext.prototype.resume = () => new Promise(() => undefined);
        });
        pages.set(screen.person, page);
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`${posed.address}${screen.address(posed)}`);
      await settled(page, screen.ready);
      await page.addStyleTag({ content: volatileStyle }).catch(() => undefined);
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        // The phone does not follow the system: its own look is for the sun, another for the night.
        if (isPhone)
          await page.evaluate((look) => document.documentElement.setAttribute('data-theme', look), theme === 'dark' ? 'dark' : 'sun');
        const picture = await quietPicture(page);
        const webp = await bench.evaluate(asWebp, [picture, quality] as const);
        const file = path.join(folder, `${screen.name}-${language}-${theme}.webp`);
        taken += 1;
        if (!isCheck) writeFileSync(file, Buffer.from(webp, 'base64'));
        else {
          const kept = readKept(file);
          const share = kept === null ? 1 : await bench.evaluate(differingShare, [kept, webp, channelTolerance] as const);
          if (share > shareMax)
            differing.push(`${path.basename(file)}: ${kept === null ? 'not kept' : `${(share * 100).toFixed(2)} % differ`}`);
        }
      }
    }
    for (const page of pages.values()) await page.context().close();
  }
} finally {
  await browser.close();
  await posed.stop();
}
if (isCheck) {
  console.log(
    differing.length === 0 ? `${taken} pictures are as they were kept` : `differ from the kept pictures:\n${differing.join('\n')}`,
  );
  process.exit(differing.length === 0 ? 0 : 1);
}
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
writeFileSync(path.join(docs, 'screens.md'), page());
console.log(`${taken} pictures, ${(bytes / 1e6).toFixed(2)} MB`);
process.exit(bytes <= bytesMax ? 0 : 1);

/** Two pictures in a row that are the same: nothing comes in late. */
async function quietPicture(page: Page): Promise<string> {
  let before = '';
  for (let tries = 0; tries < 12; tries += 1) {
    const picture = (await page.screenshot({ animations: 'disabled', caret: 'hide' })).toString('base64');
    if (picture === before) return picture;
    before = picture;
    await page.waitForTimeout(250);
  }
  return before;
}

function readKept(file: string): string | null {
  try {
    return readFileSync(file).toString('base64');
  } catch {
    return null;
  }
}

function page(): string {
  const picture = (name: string, language: string, theme: string) =>
    `![${name}, ${language}, ${theme}](screens/${name}-${language}-${theme}.webp)`;
  const sections = screens.map(
    ({ name }) =>
      `## ${name}\n\n中文\n\n${picture(name, 'zh', 'light')} ${picture(name, 'zh', 'dark')}\n\nEnglish\n\n${picture(name, 'en', 'light')} ${picture(name, 'en', 'dark')}\n`,
  );
  const phones = phoneScreens.map(({ name }) => {
    const pictures = ['zh', 'en'].flatMap((language) => ['light', 'dark'].map((theme) => picture(name, language, theme)));
    return `## ${name}\n\n${pictures.join(' ')}\n`;
  });
  return `# Screens

Every screen of the demo plant, ${screens.length} in the control room (1366 × 768) and ${phoneScreens.length} on the phone (390 × 844). Made by
\`npm run screens\` from half an hour of the simulators with a fixed seed, with the wall clock of server and page standing at 10:30 on 4 March 2026, in the
Chromium and the type face that come as packages. \`npm run screens -- --check\` takes them again and compares: a point differs where a channel does by more
than ${channelTolerance} of 255, a picture where more than ${shareMax * 100} % of its points do. Not compared, because they tell of this one start or of the machine:
${[...notCompared].join(', ')}.

Two stories keep them so: \`test/browser/every-screen.test.ts\` opens each in both languages (accessibility by axe in both themes, no sideways scrolling at 1366
and at 1280 with 200 % zoom, nothing left in the other language), \`test/browser/everybody.test.ts\` goes by keyboard, by ear, without colour, without motion,
from another time zone, by pinyin, and as somebody new: from the overview to the worst alarm, its trend and its acknowledgement in four steps, by words that
are in sight without scrolling.

${[...sections, ...phones].join('\n')}`;
}

/** In the browser: a PNG as WebP. */
async function asWebp([png, quality]: readonly [string, number]): Promise<string> {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
  const out = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of out) text += String.fromCharCode(byte);
  return btoa(text);
}

/** In the browser: the share of points in which two WebP pictures differ; all of them where their sizes do. */
async function differingShare([one, other, tolerance]: readonly [string, string, number]): Promise<number> {
  const points = async (webp: string): Promise<ImageData> => {
    const bytes = Uint8Array.from(atob(webp), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await points(one), await points(other)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let differing = 0;
  for (let index = 0; index < a.data.length; index += 4) {
    const apart = (channel: number) => Math.abs((a.data[index + channel] ?? 0) - (b.data[index + channel] ?? 0)) > tolerance;
    if (apart(0) || apart(1) || apart(2)) differing += 1;
  }
  return differing / (a.width * a.height);
}
