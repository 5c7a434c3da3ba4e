// An account in a browser: a second factor set up, asked for at the next sign-in and replaced by a recovery code; a session ended from another place; a token
// made, used and revoked.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { type DirectoryProvider, directoryClient, startDirectoryProvider } from '../harness/directory-provider.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { inletPressure, northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { freePort } from '../services/service.ts';
import { openPageOfTest } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

describe.skipIf(browser === null)('an account in a browser', () => {
  const folder = temporaryFolder();
  let plant: OwnPlant;
  let provider: DirectoryProvider;
  let page: Page;
  let complaints: string[];
  let password: string;

  beforeAll(async () => {
    const accessFile = path.join(folder, 'access.yaml');
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    // Another site for the browser, as a company's directory is.
    provider = await startDirectoryProvider(publicUrl, 'localhost');
    const directory = {
      name: { zh: '公司目录', en: 'Company directory' },
      issuer: provider.issuer,
      clientId: directoryClient.id,
      clientSecret: 'GATEWATCH_SECRET_DIRECTORY',
      publicUrl,
      groups: [{ group: 'gas-duty', role: 'operator' }],
    };
    const useNotice = {
      zh: '本系统属于测试燃气公司，仅限授权人员使用。\n所有操作均被记录，违规使用将被追究。',
      en: 'This system belongs to Test Gas and is for authorized people only.\nEverything that is done is recorded.',
    };
    writeFileSync(accessFile, JSON.stringify({ schema: 1, passwords: { isGivenOneTemporary: true }, useNotice, directory }));
    plant = await startOwnPlant(({ port: devicePort }) => northGateText(devicePort, [inletPressure]), {
      folder,
      arguments: ['--access', accessFile, '--http-port', String(port)],
      environment: { GATEWATCH_SECRET_DIRECTORY: directoryClient.secret },
    });
    password = plant.firstPassword;
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, plant.gatewatch.address, 'admin', password);
  });
  afterAll(async () => {
    await page?.context().close();
    await plant?.stop();
    await provider?.stop();
  });

  test('sets up a second factor, is asked for it, and comes in by a recovery code when the phone is lost', async () => {
    const elsewhere = await GatewatchClient.signIn(plant.gatewatch.address, 'admin', password);
    await page.getByTestId('user-menu').click();
    await page.getByTestId('open-account').click();
    await expect.poll(() => page.getByTestId('session-row').count()).toBe(2);
    await page.getByTestId('end-session').click();
    await expect.poll(() => page.getByTestId('session-row').count()).toBe(1);
    expect((await elsewhere.ask('GET', '/api/stations')).status).toBe(401);

    await page.getByTestId('begin-factor').click();
    await page.getByTestId('own-password').first().fill(password);
    await page.getByTestId('factor-submit').click();
    const secret = (await page.getByTestId('factor-secret').textContent()) ?? '';
    await picture(page, 'second-factor');
    expect(await seriousFaults(page)).toEqual([]);
    const code = new TOTP({ secret: Secret.fromBase32(secret.trim()) }).generate();
    await page.getByTestId('own-code').first().fill(code);
    await page.getByTestId('factor-submit').click();
    await page.getByTestId('codes-kept').waitFor();
    const codes = (await page.getByTestId('recovery-codes').locator('code').allTextContents()).map((text) => text.trim());
    expect(new Set(codes).size).toBe(10);
    await picture(page, 'recovery-codes');
    await page.getByTestId('codes-kept').click();
    await expect.poll(() => page.getByTestId('factor-state').textContent()).toContain('还剩 10 个');
    await picture(page, 'account');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });

    await page.getByTestId('user-menu').click();
    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in-username').fill('admin');
    await page.getByTestId('sign-in-password').fill(password);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('sign-in-code').fill(code); // was used to set it up: no code counts twice
    await page.getByTestId('sign-in-submit').click();
    await expect.poll(() => page.getByTestId('sign-in-problem').textContent()).toContain('已用过');
    await picture(page, 'sign-in-code');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('sign-in-code').fill((codes[0] ?? '').toUpperCase());
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('user-menu').click();
    await page.getByTestId('open-account').click();
    await expect.poll(() => page.getByTestId('factor-state').textContent()).toContain('还剩 9 个');
  });

  test('makes a token for another system, sees it used, revokes it', async () => {
    await page.goto(`${plant.gatewatch.address}/people`);
    await page.getByTestId('make-token').click();
    await page.getByTestId('token-name').fill('调度大屏数据接口');
    await picture(page, 'make-token');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('save-token').click();
    const token = ((await page.getByTestId('token-once').textContent()) ?? '').trim();
    await page.getByTestId('token-done').click();
    const ask = (url: string, method = 'GET') =>
      fetch(`${plant.gatewatch.address}${url}`, { method, headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
    expect(await ask('/api/alarms')).toBe(200);
    expect(await ask('/api/journal')).toBe(403);
    await page.reload();
    await expect.poll(() => page.getByTestId('token-row').textContent()).toMatch(/调度大屏数据接口.*127\.0\.0\.1/s);
    expect(await page.content()).not.toContain(token);
    await picture(page, 'people-tokens');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('revoke-token').click();
    await page.getByTestId('confirm').click();
    await expect.poll(() => page.getByTestId('token-row').textContent()).toContain('已由');
    expect(await ask('/api/alarms')).toBe(401);
  });

  test('comes in by the company’s directory from another site; while it is away the page says so', async () => {
    const other = await openPageOfTest(browser);
    provider.people.set('u-1', { username: 'zhao.gang', name: '赵刚', groups: ['gas-duty'] });
    provider.atTheDoor = 'u-1';
    await other.page.goto(plant.gatewatch.address);
    await other.page.getByTestId('sign-in-directory').waitFor();
    expect(await other.page.getByTestId('use-notice').textContent()).toBe(
      '本系统属于测试燃气公司，仅限授权人员使用。\n所有操作均被记录，违规使用将被追究。',
    );
    await picture(other.page, 'sign-in-directory');
    expect(await seriousFaults(other.page)).toEqual([]);
    await other.page.getByTestId('sign-in-directory').click();
    await expect.poll(() => other.page.getByTestId('user-menu').textContent()).toContain('赵刚');
    provider.atTheDoor = 'nobody';
    await other.page.context().clearCookies();
    await other.page.goto(`${plant.gatewatch.address}/api/directory/start`);
    await expect.poll(() => other.page.getByTestId('directory-problem').textContent()).toContain('没有给您分配');
    await provider.stop();
    await expect
      .poll(async () => {
        await other.page.goto(plant.gatewatch.address);
        return other.page.getByTestId('directory-away').isVisible();
      })
      .toBe(true);
    await picture(other.page, 'directory-away');
  });

  const given = 'given-by-the-administrator';
  async function addPerson(username: string, name: string): Promise<void> {
    await page.getByTestId('add-person').click();
    await page.getByTestId('person-username').fill(username);
    await page.getByTestId('person-name').fill(name);
    await page.getByTestId('new-password').fill(given);
    await page.getByTestId('save-person').click();
    await page.getByTestId(`person-${username}`).waitFor();
  }

  test('on the phone too: told first whose system it is, then a password of one’s own, then the alarms', async () => {
    await addPerson('qian', '钱勇');
    const context = await (browser as Browser).newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
    });
    const phone = await context.newPage();
    await phone.goto(`${plant.gatewatch.address}/phone/`);
    expect(await phone.getByTestId('use-notice').textContent()).toContain('仅限授权人员使用');
    await picture(phone, 'phone-use-notice');
    expect(await seriousFaults(phone)).toEqual([]);
    await phone.getByTestId('sign-in-username').fill('qian');
    await phone.getByTestId('sign-in-password').fill(given);
    await phone.getByTestId('sign-in-submit').click();
    await phone.getByTestId('own-current').fill(given);
    await phone.getByTestId('own-password').fill('qian');
    await phone.getByTestId('own-again').fill('qian');
    await phone.getByTestId('change-own-password').click();
    await expect.poll(() => phone.getByTestId('password-problem').textContent()).toContain('至少 12');
    await picture(phone, 'phone-password');
    expect(await seriousFaults(phone)).toEqual([]);
    for (const button of await phone.locator('main button, main input').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    const own = '燃气站夜里有人值守一班又一班';
    await phone.getByTestId('own-password').fill(own);
    await phone.getByTestId('own-again').fill(own);
    await phone.getByTestId('change-own-password').click();
    await phone.getByRole('navigation').waitFor();
    await context.close();
    await GatewatchClient.signIn(plant.gatewatch.address, 'qian', own);
  });

  test('a person who was given a password chooses his own first, and sees nothing before', async () => {
    await addPerson('wang', '王敏');
    const other = await openPageOfTest(browser);
    await other.page.goto(plant.gatewatch.address);
    await other.page.getByTestId('sign-in-username').fill('wang');
    await other.page.getByTestId('sign-in-password').fill(given);
    await other.page.getByTestId('sign-in-submit').click();
    await other.page.getByTestId('must-do').waitFor();
    const choose = async (own: string) => {
      await other.page.getByTestId('own-current').fill(given);
      await other.page.getByTestId('own-password').fill(own);
      await other.page.getByTestId('own-again').fill(own);
      await other.page.getByTestId('change-own-password').click();
    };
    await choose('Password123456');
    await expect.poll(() => other.page.getByTestId('password-problem').textContent()).toContain('最先尝试');
    await picture(other.page, 'must-do');
    expect(await seriousFaults(other.page)).toEqual([]);
    await choose('燃气站夜里有人值守一班');
    await expect.poll(() => other.page.getByTestId('password-problem').textContent()).toContain('至少 12');
    await choose('燃气站夜里有人值守一班又一班');
    await other.page.getByTestId('user-menu').waitFor();
    await page.getByTestId('user-menu').click();
    await page.getByTestId('language-en').click();
    await picture(page, 'people-en');
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
