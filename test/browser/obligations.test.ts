// Obligations in a browser: from the matrix to the interval and its cause, a certificate, the page for an inspection, and what an authority
// may not do.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { type OtherModbusServer, startOtherModbusServer } from '../harness/other-devices.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const plantText = (port: number) => `schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test Gas } }
areas: [{ id: north, name: { zh: 北区, en: North } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 城北门站, en: North gate }
    area: north
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: ${port}
        points:
          - { tag: PT-101, name: { zh: 进站压力, en: Inlet }, unit: MPa, range: { min: 0, max: 10 }, register: { address: 0, type: uint16 }, defaultAlarms: false }
          - { tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { address: 1, type: uint16 }, defaultAlarms: false }
responsePlans:
  - { id: one, revised: '2026-03-01', contacts: [{ name: { zh: 消防, en: Fire brigade }, role: { zh: 灭火, en: Fire }, phone: '119' }, { name: { zh: 总经理 何川, en: He Chuan }, role: { zh: 负责人, en: Head }, phone: 028-5550-1001 }] }
`;
const password = 'a-long-enough-password';
const dateIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe.skipIf(browser === null)('obligations in a browser', () => {
  const folder = temporaryFolder();
  let gatewatch: GatewatchProcess;
  let device: OtherModbusServer;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    device = await startOtherModbusServer();
    const plantFile = path.join(folder, 'plant.yaml');
    writeFileSync(plantFile, plantText(device.port));
    gatewatch = await startGatewatch({ dataDir: path.join(folder, 'data'), arguments: ['--plant', plantFile, '--no-simulators'] });
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
    expect(await addPerson({ username: 'zhao', displayName: '值班员 赵刚', role: 'operator', password })).toBeLessThan(300);
  });
  afterAll(async () => {
    await page?.context().close();
    await gatewatch?.stop();
    await device?.stop();
  });
  const addPerson = (person: object) =>
    page.evaluate(
      async (body) =>
        (await fetch('/api/users', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status,
      person,
    );
  const stateOf = (id: string) => page.getByTestId(`cell-${id}`).getAttribute('data-state');

  test('what has no record is not measured; a cell leads to the cause; a certificate is entered', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.getByTestId('obligation-matrix').waitFor();
    // Nothing of the month before this first start is known, and nothing of it is shown as met.
    for (const id of ['GS-01-gasDetection', 'GS-01-alarmResponse', 'GS-01-videoSurveillance', 'company-dutyWatch'])
      expect(['notMeasured', 'breached']).toContain(await stateOf(id));
    expect(await stateOf('GS-01-videoSurveillance')).toBe('notMeasured');
    await picture(page, 'obligations');
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByTestId('cell-GS-01-detectorCalibration').click();
    await page.getByTestId('findings').waitFor();
    expect(await page.getByTestId('findings').textContent()).toMatch(/没有检定记录.*没有回路测试记录/s);
    expect(await page.getByTestId('obligation').textContent()).toContain('JJG 693-2011');
    await picture(page, 'obligation');
    expect(await seriousFaults(page)).toEqual([]);

    await page.goto(`${gatewatch.address}/obligations?tab=certificates`);
    await page.getByTestId('add-certificate').click();
    await page.getByTestId('certificate-title').fill('燃气值班资格');
    await page.getByTestId('certificate-number').fill('ZS-001');
    await page.getByTestId('certificate-issuer').fill('省住建厅');
    await page.getByTestId('certificate-validFrom').fill(dateIn(-60));
    await page.getByTestId('certificate-validTo').fill(dateIn(300));
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('save-certificate').click();
    await expect.poll(() => page.getByTestId('certificates').textContent()).toContain('ZS-001');
  });

  test('somebody on duty calls the emergency contacts and says who was reached', async () => {
    const own = await openPage(browser as Browser);
    onTestFinished(() => own.page.context().close());
    await signIn(own.page, gatewatch.address, 'zhao', password);
    await own.page.goto(`${gatewatch.address}/obligations/emergencyReadiness?station=GS-01`);
    await own.page.getByTestId('call-contacts').click();
    const [reached, notReached] = [own.page.getByTestId('contact-reached'), own.page.getByTestId('contact-not-reached')];
    // Nobody calls the fire brigade to see whether it answers.
    expect(await reached.count()).toBe(1);
    expect(await own.page.getByTestId('contacts-send').isDisabled()).toBe(true);
    await notReached.click();
    expect(await seriousFaults(own.page)).toEqual([]);
    await picture(own.page, 'contacts-dialog');
    await own.page.getByTestId('contacts-send').click();
    await expect.poll(() => own.page.getByTestId('contact-calls').textContent()).toMatch(/赵刚.*未接通：028-5550-1001/);
    await own.page.getByTestId('call-contacts').click();
    await reached.click();
    await own.page.getByTestId('contacts-send').click();
    await expect.poll(() => own.page.getByTestId('contact-calls').locator('li').first().textContent()).toContain('全部接通');
    await picture(own.page, 'contacts');
    expect(await seriousFaults(own.page)).toEqual([]);
    expect(own.complaints).toEqual([]);
  });

  test('the page for an inspection answers from the records, in both languages, in the dark and on a narrow screen', async () => {
    await page.goto(`${gatewatch.address}/obligations`);
    await page
      .getByRole('link', { name: /城北门站/ })
      .first()
      .click();
    await expect.poll(() => page.getByTestId('inspection').textContent()).toMatch(/昨夜是否有人监视.*GS-01\.GD-501/s);
    expect(await page.getByTestId('night-coverage').textContent()).toBe('没有记录');
    await picture(page, 'inspection');
    expect(await seriousFaults(page)).toEqual([]);
    await page.evaluate(() => localStorage.setItem('gatewatch.language', 'en'));
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    await expect.poll(() => page.getByTestId('inspection').textContent()).toContain('Was it watched last night?');
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.setViewportSize({ width: 1_920, height: 1_080 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.evaluate(() => localStorage.setItem('gatewatch.language', 'zh'));
    expect(complaints).toEqual([]);
  });

  test('an authority sees the same and is offered nothing to change', async () => {
    expect(await addPerson({ username: 'wu', displayName: '主管部门 吴敏', role: 'authority', password })).toBeLessThan(300);
    const { page: other } = await openPage(browser as Browser);
    await signIn(other, gatewatch.address, 'wu', password);
    await other.goto(`${gatewatch.address}/obligations?tab=certificates`);
    await expect.poll(() => other.getByTestId('certificates').textContent()).toContain('ZS-001');
    expect(await other.getByTestId('add-certificate').count()).toBe(0);
    const refused = await other.evaluate(
      async () =>
        (await fetch('/api/certificates', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status,
    );
    expect(refused).toBe(403);
    await other.goto(`${gatewatch.address}/obligations`);
    await other.getByTestId('obligation-matrix').waitFor();
    await other.getByTestId('major-hazards').waitFor();
    await other.context().close();
  });
});
