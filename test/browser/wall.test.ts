// The wall in a real browser: two hundred stations on one screen, a link that opens it without a keyboard and can be revoked, the network drawing, the
// map where tiles lie, and the faceplate of a point by the keyboard alone.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn, type WatchedPage } from '../harness/chromium.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { tinyTiles } from '../harness/tiny-tiles.ts';
import { openPageOfTest } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const stationCount = 200;
const areas = ['north', 'east', 'south', 'west'] as const;
const gates = 4;
const regulating = 20;
const idOf = (index: number): string => {
  if (index < gates) return `GS-${String(index + 1).padStart(2, '0')}`;
  if (index < gates + regulating) return `RS-${String(index - gates + 1).padStart(2, '0')}`;
  return `DR-${String(index - gates - regulating + 1).padStart(3, '0')}`;
};
const sourceOf = (index: number): string | null => {
  if (index < gates) return null;
  return index < gates + regulating ? idOf(index % gates) : idOf(gates + (index % regulating));
};
/** Outlet pressure of station `index`, thousandths of MPa. */
const outletRegister = (index: number): number => index * 4 + 2;

function plantText(port: number): string {
  const stations = Array.from({ length: stationCount }, (_, index) => {
    const type = index < gates ? 'gate' : index < gates + regulating ? 'regulating' : 'district';
    const word = { gate: ['门站', 'gate'], regulating: ['调压站', 'regulating'], district: ['调压柜', 'cabinet'] }[type];
    const pressure = (tag: string, role: string, name: string, register: number, alarms: string): string =>
      `          - { tag: ${tag}, name: ${name}, unit: MPa, digits: 3, role: ${role}, range: { min: 0, max: 1 }, normal: { min: 0.2, max: 0.6 }, scale: { factor: 0.001 }, register: { table: holding, address: ${register}, type: uint16 }, defaultAlarms: false, alarms: [${alarms}] }`;
    return `  - id: ${idOf(index)}
    type: ${type}
    name: { zh: ${index + 1} 号${word?.[0]}, en: No ${index + 1} ${word?.[1]} }
    area: ${areas[index % areas.length]}
    position: { latitude: ${30.5 + Math.floor(index / 20) * 0.02}, longitude: ${104 + (index % 20) * 0.015} }
    devices:
      - id: RTU-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: ${port}
        scan: 2s
        timeout: 5s
        points:
${pressure('PT-101', 'inletPressure', '{ zh: 进站压力, en: Inlet pressure }', index * 4, '')}
${pressure('PT-301', 'outletPressure', '{ zh: 出站压力, en: Outlet pressure }', outletRegister(index), '{ kind: highHigh, setpoint: 0.8, priority: critical, response: { zh: 关阀, en: Close the valve } }')}`;
  });
  const pipelines = Array.from({ length: stationCount }, (_, index) => sourceOf(index)).flatMap((from, index) =>
    from === null ? [] : [`  - { from: ${from}, to: ${idOf(index)} }`],
  );
  return `schema: 1
map: { tiles: tiny, attribution: { zh: 测绘 © 无人, en: © Nobody } }
company: { id: t, name: { zh: 大网燃气, en: Great Net Gas } }
areas: [${areas.map((id) => `{ id: ${id}, name: { zh: ${id}区, en: ${id} } }`).join(', ')}]
pipelines:
${pipelines.join('\n')}
stations:
${stations.join('\n')}
`;
}

describe.skipIf(browser === null)('the wall', () => {
  let plant: OwnPlant;
  let administrator: GatewatchClient;

  beforeAll(async () => {
    plant = await startOwnPlant((device) => {
      for (let index = 0; index < stationCount; index += 1) {
        device.holding.writeUInt16BE(500 - Math.floor(index / 20), index * 8);
        device.holding.writeUInt16BE(400 - Math.floor(index / 20), outletRegister(index) * 2);
      }
      return plantText(device.port);
    });
    administrator = await plant.signIn();
  });
  afterAll(() => plant?.stop());

  const open = () => openPageOfTest(browser);
  /** One desk for all that is done at one. */
  let desk: WatchedPage | null = null;
  afterAll(() => desk?.page.context().close());
  const openDesk = async () => {
    if (desk === null) {
      desk = await openPage(browser as Browser);
      await signIn(desk.page, plant.gatewatch.address, 'admin', plant.firstPassword);
    }
    return desk;
  };
  /** The points that the page is subscribed to, as its last message to the server says. */
  const watchSubscriptions = (page: Page) => {
    let points: readonly string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const [, sent] = /^42(\["subscribe".*)$/s.exec(String(payload)) ?? [];
        if (sent !== undefined) points = (JSON.parse(sent) as [string, { points?: string[] }])[1].points ?? [];
      }),
    );
    return { live: () => points };
  };
  const overflow = (page: Page) =>
    page.evaluate(() => ({
      across: document.documentElement.scrollWidth - innerWidth,
      down: document.documentElement.scrollHeight - innerHeight,
    }));

  test('two hundred stations stand on one screen of 1080 lines; the worst comes first where that is asked for', async () => {
    const { page, complaints } = await openDesk();
    await page.getByTestId(`station-${idOf(199)}`).waitFor();
    expect(await page.locator('[data-tile]').count()).toBe(stationCount);
    await expect.poll(() => page.getByTestId(`station-${idOf(199)}`).textContent()).toContain('0.391');
    expect(await overflow(page)).toEqual({ across: 0, down: 0 });
    plant.device.holding.writeUInt16BE(900, outletRegister(137) * 2);
    const bad = page.getByTestId(`station-${idOf(137)}`);
    await expect.poll(() => bad.getAttribute('data-worst')).toBe('critical');
    expect(await bad.getAttribute('data-unacknowledged')).toBe('1');
    await expect.poll(() => page.getByTestId('waiting-alarms').textContent()).toContain('138 号调压柜');
    await page.getByTestId('choose-worst').click();
    await expect.poll(() => page.locator('[data-tile]').first().getAttribute('data-testid')).toBe(`station-${idOf(137)}`);
    await picture(page, 'wall-200');
    await page.getByTestId('choose-network').click();
    await expect.poll(() => page.getByTestId('network').locator('.network-node').count()).toBe(stationCount);
    expect(await overflow(page)).toEqual({ across: 0, down: 0 });
    await picture(page, 'wall-200-network');
    // The second gate's supply falls below what feeds on it: the pipe says so.
    const pipe = page.getByTestId(`pipe-${idOf(1)}-${idOf(5)}`);
    await expect.poll(() => pipe.getAttribute('data-state')).toBe('reverse');
    plant.device.holding.writeUInt16BE(600, outletRegister(1) * 2);
    await expect.poll(() => pipe.getAttribute('data-state')).toBe('forward');
    plant.device.holding.writeUInt16BE(400, outletRegister(1) * 2);
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('on a smaller screen only the stations near it are subscribed; alarms of the others are there all the same', async () => {
    const { page } = await openDesk();
    const { live } = watchSubscriptions(page);
    await page.setViewportSize({ width: 390, height: 700 });
    await page.goto(plant.gatewatch.address);
    await expect.poll(() => page.getByTestId(`station-${idOf(0)}`).textContent()).toContain('0.400');
    const isFew = () => live().length > 0 && live().length < stationCount / 2;
    await expect.poll(isFew).toBe(true);
    const far = page.getByTestId(`station-${idOf(199)}`);
    expect(live()).not.toContain(`${idOf(199)}.PT-301`);
    plant.device.holding.writeUInt16BE(910, outletRegister(199) * 2);
    await expect.poll(() => far.getAttribute('data-worst')).toBe('critical');
    await far.scrollIntoViewIfNeeded();
    await expect.poll(() => far.textContent()).toContain('0.910');
    await expect.poll(() => live().includes(`${idOf(0)}.PT-301`)).toBe(false);
    expect(isFew()).toBe(true);
    await page.setViewportSize({ width: 1_920, height: 1_080 });
    plant.device.holding.writeUInt16BE(391, outletRegister(199) * 2);
  });

  test('by the keyboard: along the tiles, into a station, to a faceplate, and back', async () => {
    const { page } = await openDesk();
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByTestId('choose-tiles').click();
    await page.getByTestId('choose-area').click();
    await page.getByTestId(`station-${idOf(0)}`).waitFor();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(`station-${idOf(0)}`);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(`station-${idOf(4)}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/stations/${idOf(4)}`);
    await page.keyboard.press('/');
    await page.getByTestId('search-input').fill('GS-01 PT-301');
    await page.getByTestId(`found-${idOf(0)}.PT-301`).waitFor();
    await page.keyboard.press('Enter');
    const faceplate = page.getByTestId('faceplate');
    await expect.poll(() => faceplate.textContent()).toContain('0.400');
    expect(await faceplate.textContent()).toContain('0.800');
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await faceplate.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByTestId(`station-${idOf(0)}`).waitFor();
  });

  test('in the dark, in English, with motion reduced, at the desk and on a phone: nobody is kept out and nothing is wider than the screen', async () => {
    const { page, complaints } = await open();
    await signIn(page, plant.gatewatch.address, 'admin', plant.firstPassword);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(() => {
      localStorage.setItem('gatewatch.theme', 'dark');
      localStorage.setItem('gatewatch.language', 'en');
    });
    for (const [name, width, height] of [
      ['desk', 1_920, 1_080],
      ['phone', 390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(`${plant.gatewatch.address}/?area=north`);
      await page.getByTestId(`station-${idOf(0)}`).waitFor();
      expect(await seriousFaults(page), `overview, ${name}`).toEqual([]);
      expect((await overflow(page)).across, name).toBeLessThanOrEqual(0);
      await page.goto(`${plant.gatewatch.address}/stations/${idOf(0)}?point=${idOf(0)}.PT-301`);
      await expect.poll(() => page.getByTestId('faceplate').textContent()).toContain('0.400');
      expect(await seriousFaults(page), `faceplate, ${name}`).toEqual([]);
      expect((await overflow(page)).across, name).toBeLessThanOrEqual(0);
      await picture(page, `wall-dark-${name}`);
    }
    expect(complaints).toEqual([]);
  });

  test('a map is offered where tiles lie in the data folder, and the schematic where they are taken away', async () => {
    plant.device.holding.writeUInt16BE(900, outletRegister(137) * 2);
    const { page, complaints } = await openDesk();
    await page.goto(plant.gatewatch.address);
    await page.getByTestId('choose-network').waitFor();
    expect(await page.getByTestId('choose-map').count()).toBe(0);
    mkdirSync(path.join(plant.folder, 'data', 'maps'));
    writeFileSync(path.join(plant.folder, 'data', 'maps', 'tiny.pmtiles'), tinyTiles());
    await page.reload();
    await page.getByTestId('choose-map').click();
    const map = page.getByTestId('map');
    await expect.poll(() => map.getAttribute('data-ready')).toBe('true');
    const station = page.getByTestId(`map-${idOf(137)}`);
    await expect.poll(() => station.getAttribute('data-hue')).toBe('critical');
    expect(await station.textContent()).toContain('138 号调压柜');
    expect(await page.getByTestId('map-attribution').textContent()).toBe('测绘 © 无人');
    // The water of the tile has been painted: the tile came through the range requests, the worker and the policy.
    await expect.poll(() => page.getByTestId('map').locator('canvas').count()).toBe(1);
    await picture(page, 'wall-map');
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await station.click();
    await page.waitForURL(`**/stations/${idOf(137)}`);
    rmSync(path.join(plant.folder, 'data', 'maps'), { recursive: true });
    await page.goto(`${plant.gatewatch.address}/?view=map`);
    await page.getByTestId('network').waitFor();
  });

  test('a wall link opens without a keyboard, takes turns, shows only its areas, stays where it is touched, and ends when it is revoked', async () => {
    const { page: desk } = await openDesk();
    await desk.goto(plant.gatewatch.address);
    await desk.getByTestId('open-wall-links').click();
    await desk.getByTestId('wall-label').fill('大厅左屏');
    await desk.getByRole('checkbox', { name: 'north区' }).check();
    await desk.getByRole('checkbox', { name: 'south区' }).check();
    await desk.getByTestId('wall-make').click();
    const address = (await desk.getByTestId('wall-address').textContent()) ?? '';
    expect(await seriousFaults(desk)).toEqual([]);
    await picture(desk, 'wall-links');

    const { page: wall, complaints } = await open();
    await wall.goto(address.replace('?', '?every=2&'));
    await wall.getByTestId('wall').waitFor();
    await expect.poll(() => wall.getByTestId('wall-turn').textContent()).toMatch(/^[12] \/ 2$/);
    await expect.poll(() => wall.locator('h1').textContent()).toBe('north区');
    expect(await wall.getByTestId(`station-${idOf(1)}`).count()).toBe(0);
    await expect.poll(() => wall.locator('h1').textContent()).toBe('south区');
    await wall.getByTestId(`station-${idOf(2)}`).waitFor();
    await wall.getByTestId(`station-${idOf(2)}`).dispatchEvent('click');
    await wall.getByTestId(`station-${idOf(2)}`).focus();
    await wall.keyboard.press('Enter');
    expect(new URL(wall.url()).pathname).toBe('/wall');
    expect(await overflow(wall)).toEqual({ across: 0, down: 0 });
    await picture(wall, 'wall-kiosk');
    expect(await seriousFaults(wall)).toEqual([]);

    const [link] = await administrator.get<{ id: string }[]>('/api/wall-links');
    expect((await administrator.ask('POST', `/api/wall-links/${link?.id}/revoke`)).status).toBe(200);
    await expect.poll(() => wall.getByTestId('wall-sign-in').textContent()).toContain('已失效');
    expect((await administrator.journal()).map((entry) => entry.kind)).toEqual(
      expect.arrayContaining(['wall.create', 'wall.open', 'wall.revoke']),
    );
    expect(complaints).toEqual([]);
  });
});
