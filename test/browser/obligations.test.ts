// Obligations in a browser: from the matrix to the interval and its cause, a certificate, the page for an inspection, and what an authority
// may not do.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { inletPressure, northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const detector =
  "{ tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { address: 1, type: uint16 }, defaultAlarms: false }";
const responsePlans = `responsePlans:
  - { id: one, revised: '2026-03-01', contacts: [{ name: { zh: 消防, en: Fire brigade }, role: { zh: 灭火, en: Fire }, phone: '119' }, { name: { zh: 总经理 何川, en: He Chuan }, role: { zh: 负责人, en: Head }, phone: 028-5550-1001 }] }
`;
const password = 'a-long-enough-password';
const dateIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe.skipIf(browser === null)('obligations in a browser', () => {
  let plant: OwnPlant;
  let administrator: GatewatchClient;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    plant = await startOwnPlant(({ port }) => northGateText(port, [inletPressure, detector], { sections: responsePlans }));
    administrator = await plant.signIn();
    await administrator.addPerson({ username: 'zhao', displayName: '值班员 赵刚', role: 'operator', password });
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, plant.gatewatch.address, 'admin', plant.firstPassword);
  });
  afterAll(async () => {
    await page?.context().close();
    await plant?.stop();
  });
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

    await page.goto(`${plant.gatewatch.address}/obligations?tab=certificates`);
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
    const desk = await openSignedIn(browser, plant.gatewatch.address, 'zhao', password);
    await desk.page.goto(`${plant.gatewatch.address}/obligations/emergencyReadiness?station=GS-01`);
    await desk.page.getByTestId('call-contacts').click();
    const [reached, notReached] = [desk.page.getByTestId('contact-reached'), desk.page.getByTestId('contact-not-reached')];
    // Nobody calls the fire brigade to see whether it answers.
    expect(await reached.count()).toBe(1);
    expect(await desk.page.getByTestId('contacts-send').isDisabled()).toBe(true);
    await notReached.click();
    expect(await seriousFaults(desk.page)).toEqual([]);
    await picture(desk.page, 'contacts-dialog');
    await desk.page.getByTestId('contacts-send').click();
    await expect.poll(() => desk.page.getByTestId('contact-calls').textContent()).toMatch(/赵刚.*未接通：028-5550-1001/);
    await desk.page.getByTestId('call-contacts').click();
    await reached.click();
    await desk.page.getByTestId('contacts-send').click();
    await expect.poll(() => desk.page.getByTestId('contact-calls').locator('li').first().textContent()).toContain('全部接通');
    await picture(desk.page, 'contacts');
    expect(await seriousFaults(desk.page)).toEqual([]);
    expect(desk.complaints).toEqual([]);
  });

  test('the page for an inspection answers from the records, in both languages, in the dark and on a narrow screen', async () => {
    await page.goto(`${plant.gatewatch.address}/obligations`);
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
    await administrator.addPerson({ username: 'wu', displayName: '主管部门 吴敏', role: 'authority', password });
    const { page: other } = await openSignedIn(browser, plant.gatewatch.address, 'wu', password);
    await other.goto(`${plant.gatewatch.address}/obligations?tab=certificates`);
    await expect.poll(() => other.getByTestId('certificates').textContent()).toContain('ZS-001');
    expect(await other.getByTestId('add-certificate').count()).toBe(0);
    const refused = await other.evaluate(
      async () =>
        (await fetch('/api/certificates', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status,
    );
    expect(refused).toBe(403);
    await other.goto(`${plant.gatewatch.address}/obligations`);
    await other.getByTestId('obligation-matrix').waitFor();
    await other.getByTestId('major-hazards').waitFor();
  });
});
