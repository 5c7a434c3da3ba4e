// The administrator's two pages in a browser: one that says how the monitor is and what is not configured, and one for people.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { inletPressure, northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

describe.skipIf(browser === null)('health and people in a browser', () => {
  let plant: OwnPlant;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    plant = await startOwnPlant(({ port }) => northGateText(port, [inletPressure]));
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, plant.gatewatch.address, 'admin', plant.firstPassword);
  });
  afterAll(async () => {
    await page?.context().close();
    await plant?.stop();
  });
  const verdict = (name: string) => page.getByTestId(`check-${name}`).first().getAttribute('data-verdict');

  test('says what is, what is not configured and what follows; checks the journal; loses a device and says so', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByTestId('health-verdict').waitFor();
    await expect.poll(() => verdict('devices')).toBe('ok');
    expect(await page.getByTestId('check-noEscalation').textContent()).toMatch(/没有 duty: 一节.*不会升级通知任何人.*duty: \{\}/s);
    expect(await page.getByTestId('check-noChannel').textContent()).toContain('不会得到通知');
    expect(await page.getByTestId('check-oneAdministrator').textContent()).toContain('只有一个管理员');
    await page.getByTestId('journal-check').click();
    await expect.poll(() => verdict('journalChain')).toBe('ok');
    await picture(page, 'health');
    expect(await seriousFaults(page)).toEqual([]);
    await plant.device.stop();
    await expect.poll(() => verdict('devices'), { timeout: 30_000 }).toBe('look');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('a person is added with a made password, limited to a station, disabled and enabled', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.getByTestId('add-person').click();
    await page.getByTestId('person-username').fill('wang');
    await page.getByTestId('person-name').fill('王敏');
    await page.getByTestId('make-password').click();
    const password = await page.getByTestId('new-password').inputValue();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('save-person').click();
    const row = page.getByTestId('person-wang');
    await expect.poll(() => row.textContent()).toMatch(/王敏.*值班员.*全部场站/);
    const other = await openSignedIn(browser, plant.gatewatch.address, 'wang', password);
    await row.getByRole('button', { name: /修改/ }).click();
    await page.getByTestId('person-role').selectOption('supervisor');
    await page.getByTestId('some-stations').check();
    await page.getByRole('checkbox', { name: /城北门站/ }).check();
    await page.getByTestId('save-person').click();
    await expect.poll(() => row.textContent()).toMatch(/值班长.*城北门站/);
    // He is out at once.
    await other.page.getByTestId('sign-in-username').waitFor();
    await row.getByRole('button', { name: /停用/ }).click();
    await page.getByTestId('confirm').click();
    await expect.poll(() => row.textContent()).toContain('已停用');
    await row.getByRole('button', { name: /启用/ }).click();
    await expect.poll(() => row.textContent()).toContain('可登录');
    await picture(page, 'people');
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
