// An engineer's afternoon in a browser: find the right word order of a register, browse an OPC UA server, see what is wrong in a pasted block, test a loop.
import { DataType } from 'node-opcua';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { type OtherOpcuaServer, startOtherOpcuaServer } from '../harness/other-devices.ts';
import { northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const password = 'a-long-enough-password';
const plantText = (modbusPort: number, opcua: OtherOpcuaServer) =>
  northGateText(
    modbusPort,
    [
      '{ tag: PT-101, name: { zh: 进站压力, en: Inlet }, unit: MPa, range: { min: 0, max: 10 }, scale: { factor: 0.01, offset: 0 }, register: { address: 0, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 6, priority: high, response: r }] }',
    ],
    {
      devices: [
        `{ id: PLC-2, protocol: opcua, endpoint: '${opcua.endpoint}', serverThumbprint: ${opcua.thumbprint}, user: { name: plc-reader, passwordEnv: GATEWATCH_SECRET_PLC }, points: [{ tag: PT-201, name: { zh: 出站压力, en: Outlet }, unit: MPa, range: { min: 0, max: 1 }, node: 'ns=1;s=PT201.PV' }] }`,
      ],
    },
  );

describe.skipIf(browser === null)('engineering in a browser', () => {
  const folder = temporaryFolder();
  let plant: OwnPlant;
  let opcua: OtherOpcuaServer;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    opcua = await startOtherOpcuaServer({
      folder,
      password: 'right',
      variables: [{ name: 'PT201.PV', dataType: DataType.Double, value: 0.42 }],
    });
    plant = await startOwnPlant(({ port }) => plantText(port, opcua), { folder, environment: { GATEWATCH_SECRET_PLC: 'right' } });
    await (await plant.signIn()).addPerson({ username: 'chen', displayName: '陈晨', role: 'engineer', password });
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, plant.gatewatch.address, 'chen', password);
  });
  afterAll(async () => {
    await page?.context().close();
    await plant?.stop();
    await opcua?.stop();
  });

  test('a register whose type nobody knows: the number on the instrument names type, order and place', async () => {
    // 4.2 with its words swapped, at 40011 of the manual.
    plant.device.holding.writeUInt16BE(0x6666, 20);
    plant.device.holding.writeUInt16BE(0x4086, 22);
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByTestId('device-GS-01.PLC-1').getByRole('button').click();
    await page.getByTestId('peek-base').selectOption('1');
    await page.getByTestId('peek-address').fill('9');
    await page.getByTestId('peek-count').fill('6');
    await page.getByTestId('peek-read').click();
    await page.getByTestId('peek-expected').fill('4.2');
    await expect.poll(() => page.getByTestId('peek-likely').textContent()).toContain('float32 CDAB · 11 起');
    expect(await page.getByTestId('peek-yaml').textContent()).toBe(
      'register: { table: holding, address: 11, type: float32, wordOrder: CDAB }',
    );
    await page.getByTestId('peek-likely').getByRole('button').first().click();
    expect(await page.locator('[data-reading="float32 CDAB"]').textContent()).toBe('4.2');
    await picture(page, 'engineering-peek');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('section-frames').click();
    await expect.poll(() => page.getByTestId('frames').textContent()).toContain('03 read holding registers');
    await page.getByTestId('section-plan').click();
    await expect.poll(() => page.getByTestId('plan').textContent()).toContain('PT-101');
  });

  test('a host that the plant file does not allow is refused, with what to do', async () => {
    await page.getByTestId('section-peek').click();
    await page.getByTestId('peek-other').check();
    await page.getByTestId('peek-host').fill('192.0.2.7');
    await page.getByTestId('peek-read').click();
    await expect.poll(() => page.getByTestId('peek-problem').textContent()).toContain('engineering.peekHosts');
  });

  test('an OPC UA server is browsed down to the node and its value', async () => {
    await page.getByTestId('device-GS-01.PLC-2').getByRole('button').click();
    const node = page.getByTestId('node-PT201.PV').getByRole('button').first();
    await node.waitFor({ timeout: 20_000 });
    await node.click();
    await expect.poll(() => page.getByTestId('node').textContent()).toContain('0.42');
    expect(await page.getByTestId('node-yaml').textContent()).toBe("node: 'ns=1;s=PT201.PV'");
    await page.getByTestId('node-Server').getByRole('button', { name: /展开/ }).click();
    await page.getByTestId('node-ServerStatus').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('a pasted block with a fault in line 10; a copied station that fits', async () => {
    await page.getByTestId('tab-plant').click();
    const block = `- id: GS-02
  type: gate
  name: 新站
  area: north
  devices:
    - id: PLC-1
      protocol: modbusTcp
      host: 10.0.0.5
      points:
        - { tag: PT-101, name: 压力, unit: MPa, range: { min: 0, max: 1 }, register: { address: 0, type: flaot32 } }
`;
    await page.getByTestId('check-text').fill(block);
    await page.getByTestId('check-submit').click();
    const issue = page.getByTestId('check-issue');
    await expect.poll(() => issue.first().textContent()).toMatch(/第 10 行.*register\.type/);
    await page.getByTestId('check-text').fill(block.replace('flaot32', 'float32'));
    await page.getByTestId('check-submit').click();
    await expect.poll(() => page.getByTestId('check-result').first().getAttribute('data-valid')).toBe('true');
    await page.getByTestId('copy-id').fill('GS-02');
    await page.getByTestId('copy-name').fill('城南门站');
    await page.getByTestId('copy-submit').click();
    await expect.poll(() => page.getByTestId('block-text').textContent()).toContain('- id: GS-02');
    await picture(page, 'engineering-plant');
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('a loop test: under test, five points measured from the device, finished, and a sheet that stays', async () => {
    await page.getByTestId('tab-loop').click();
    await page.getByTestId('put-under-test').click();
    await page.getByTestId('work-reason').fill('年检');
    await page.getByTestId('work-submit').click();
    await page.getByTestId('under-test').waitFor();
    await page.getByTestId('loop-reference').fill('Beamex 4711');
    await page.getByTestId('loop-start').click();
    for (const percent of [0, 25, 50, 75, 100]) {
      plant.device.holding.writeUInt16BE(percent * 10 + 5, 0);
      await page.getByTestId(`measure-asFound-${percent}`).click();
      await expect.poll(() => page.getByTestId(`step-${percent}`).textContent()).toContain('0.50 ✓');
    }
    await expect.poll(() => page.getByTestId('loop-value').textContent()).toContain('10.05');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('loop-finish').click();
    await expect.poll(() => page.getByTestId('loop-result').textContent()).toContain('合格');
    await picture(page, 'loop-test');
    await page.getByTestId('end-test-state').click();
    await page.getByTestId('work-submit').click();
    await expect.poll(() => page.getByTestId('end-test-state').count()).toBe(0);
    await page.emulateMedia({ media: 'print' });
    onTestFinished(() => page.emulateMedia({ media: 'screen' }));
    expect(await page.getByRole('button', { name: '打印' }).isVisible()).toBe(false);
    expect(await page.getByText('测试人签字').isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
  });

  test('the plant file is changed: both versions stay, and what differs is told by item and by line', async () => {
    await plant.restart(plantText(plant.device.port, opcua).replace('setpoint: 6,', 'setpoint: 5.5,'));
    await page.goto(`${plant.gatewatch.address}/engineering?tab=versions`);
    const change = page.locator('[data-item="GS-01.PT-101.high"]');
    await expect.poll(() => change.allTextContents()).toEqual([expect.stringMatching(/设定值6\s*5\.5/)]);
    expect(await page.getByTestId('plant-change-counts').textContent()).toBe('报警: 更改 1');
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'engineering-versions');
    await page.getByLabel('按文字').check();
    const lines = page.getByTestId('text-difference');
    await expect.poll(() => lines.locator('[data-line=removed]').textContent()).toContain('setpoint: 6,');
    expect(await lines.locator('[data-line=added]').textContent()).toContain('setpoint: 5.5,');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('以版本 2 为前').check();
    await expect.poll(() => page.getByTestId('plant-difference').textContent()).toContain('两个版本没有差别');
    expect(complaints.filter((complaint) => !/\b(422|502)\b/.test(complaint))).toEqual([]);
  });
});
