// Draws the phone app's icons from the product's SVG with the same Chromium as the tests: `node test/browser/draw-icons.ts`. Run it when the SVG changes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from '../harness/chromium.ts';

const look = path.join(import.meta.dirname, '..', '..', 'dashboard', 'look', 'gatewatch.svg');
const icons = path.join(import.meta.dirname, '..', '..', 'dashboard', 'phone', 'icons');
const svg = readFileSync(look, 'utf8');
/** Android cuts a shape of its own out of a maskable icon: the drawing keeps to the middle four fifths, its ground goes to the edge. */
const maskable = svg.replace(/rx="6"/, '').replace('viewBox="0 0 32 32"', 'viewBox="-3.2 -3.2 38.4 38.4" style="background:#2b3238"');
/** The small mark in the status bar: the system uses its outline only. */
const badge = svg.replace(/<rect[^>]*>/, '').replace('#dfe3e6', '#ffffff');

const browser = await launchChromium();
if (browser === null) throw new Error('no Chromium, no icons');
for (const [file, source, size] of [
  ['icon-192.png', svg, 192],
  ['icon-512.png', svg, 512],
  ['icon-maskable-512.png', maskable, 512],
  ['badge-96.png', badge, 96],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`);
  await page.screenshot({ path: path.join(icons, file), omitBackground: true });
  await page.close();
}
await browser.close();
