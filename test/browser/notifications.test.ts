// Notifications in a real browser: a mail server that is full comes back, a person gets the mail and acknowledges by its link on a phone, a robot whose
// signature is refused is seen to fail, and a test message goes through.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, picture } from '../harness/chromium.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type HttpReceiver, startHttpReceiver } from '../harness/http-receiver.ts';
import { type MailServer, mailBody, startMailServer } from '../harness/mail-server.ts';
import { northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { freePort } from '../services/service.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const password = 'a-long-enough-password';
const alarmId = 'GS-01.PT-101.highHigh';
const plantText = (ports: { http: number; modbus: number; mail: number }, robotUrl: string) =>
  northGateText(
    ports.modbus,
    [
      '{ tag: PT-101, name: { zh: 进站压力, en: Inlet pressure }, unit: MPa, range: { min: 0, max: 100 }, register: { table: holding, address: 0, type: uint16 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, responseTime: 10min, message: { zh: 进站压力高高, en: Inlet pressure very high }, response: { zh: 关闭进站阀, en: Close the inlet valve } }] }',
    ],
    {
      sections: `notifications:
  publicUrl: http://127.0.0.1:${ports.http}
  email: { host: 127.0.0.1, port: ${ports.mail}, security: none, insecure: true, from: gatewatch@gas.example }
  dingTalk: [{ name: team, url: '${robotUrl}', insecure: true, accessToken: { env: GATEWATCH_SECRET_DING }, secret: { env: GATEWATCH_SECRET_DING_SIGN } }]
  weCom: [{ name: office, key: { env: GATEWATCH_SECRET_NOT_SET } }]
duty:
  escalation:
    - priorities: [critical]
      steps: [{ after: 1s, to: { person: wang }, channels: [email, dingTalk] }]
`,
    },
  );

describe.skipIf(browser === null)('notifications in a browser', () => {
  let plant: OwnPlant;
  let mail: MailServer;
  let robot: HttpReceiver;
  let administrator: GatewatchClient;

  beforeAll(async () => {
    mail = await startMailServer();
    mail.answer = (phase) => (phase === 'rcptTo' ? { kind: 'refuse', code: 452 } : { kind: 'take' });
    robot = await startHttpReceiver();
    robot.answer = () => ({ kind: 'answer', status: 200, body: '{"errcode":310000,"errmsg":"sign not match"}' });
    const port = await freePort();
    plant = await startOwnPlant((device) => plantText({ http: port, modbus: device.port, mail: mail.port }, `${robot.url}/robot/send`), {
      arguments: ['--http-port', String(port)],
      environment: { GATEWATCH_SECRET_DING: 'token', GATEWATCH_SECRET_DING_SIGN: 'SECx' },
    });
    administrator = await plant.signIn();
    await administrator.addPerson({ username: 'wang', displayName: '王敏', role: 'operator', password });
    const contact = { version: 0, email: 'wang@gas.example', mobile: null, language: 'zh', channels: null, quietHours: null };
    expect((await administrator.ask('PUT', '/api/people/wang/contact', contact)).status).toBe(200);
  });
  afterAll(async () => {
    await plant?.stop();
    await mail?.stop();
    await robot?.stop();
  });

  const shot = (page: Page, name: string) => picture(page, name, { isWholePage: true });

  test('a mail that waits for the mail server is told in the end; its link acknowledges on a phone, and every page knows', async () => {
    const { page, complaints } = await openSignedIn(browser, plant.gatewatch.address, 'wang', password);
    plant.device.holding.writeUInt16BE(90, 0);
    await page.goto(`${plant.gatewatch.address}/alarms/${alarmId}`);
    const told = page.getByTestId('told').filter({ hasText: '王敏' });
    await expect.poll(() => told.textContent(), { timeout: 30_000 }).toMatch(/等待.*对方暂时不能受理.*再试/);
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    const row = page.getByTestId('notification').filter({ hasText: '王敏' });
    await expect.poll(() => row.textContent(), { timeout: 20_000 }).toMatch(/城北门站.*邮件.*等待/);
    const group = page.getByTestId('notification').filter({ hasText: 'team' });
    await expect.poll(() => group.textContent()).toMatch(/钉钉.*未送达.*密码、密钥或签名不被接受/);
    await expect.poll(() => page.locator('[data-target="team"]').textContent()).toContain('故障');
    await expect.poll(() => page.locator('[data-target="office"]').textContent()).toContain('缺少密钥');
    expect(await seriousFaults(page)).toEqual([]);

    mail.answer = () => ({ kind: 'take' });
    await expect.poll(() => row.textContent(), { timeout: 40_000 }).toContain('已送出');
    await row.getByRole('button').click();
    const attempts = page.getByTestId('attempts');
    await expect.poll(() => attempts.textContent()).toMatch(/对方暂时不能受理 · SMTP 452[\s\S]*已送出/);
    await shot(page, 'notifications');
    await page.getByTestId('filter-state').selectOption('gaveUp');
    await expect.poll(() => page.getByTestId('notification').count()).toBe(1);
    expect(complaints).toEqual([]);

    expect(mail.mails).toHaveLength(1);
    const link = /http:\/\/127\.0\.0\.1:\d+\/a\/[A-Za-z0-9_-]+/.exec(mailBody(mail.mails[0]?.text ?? ''))?.[0] ?? '';
    const context = await (browser as Browser).newContext({
      viewport: { width: 390, height: 780 },
      isMobile: true,
      hasTouch: true,
      locale: 'zh-CN',
    });
    onTestFinished(() => context.close());
    const phone = await context.newPage();
    await phone.goto(link);
    await expect
      .poll(() => phone.textContent('main'))
      .toMatch(/◆1 紧急 进站压力高高[\s\S]*城北门站（GS-01）[\s\S]*90\.00 MPa[\s\S]*关闭进站阀/);
    const button = phone.getByRole('button', { name: '确认' });
    expect((await button.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(44);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(await seriousFaults(phone)).toEqual([]);
    await shot(phone, 'link-open');
    // The browser itself asks for the comment of a critical alarm; nothing has happened yet.
    await button.tap();
    expect(await phone.evaluate(() => document.querySelector('textarea')?.validity.valueMissing)).toBe(true);
    expect((await administrator.alarms())[0]).toMatchObject({ state: 'unacknowledged' });
    await phone.fill('textarea', '已到现场，关阀');
    await button.tap();
    await expect.poll(() => phone.textContent('main')).toMatch(/已确认[\s\S]*王敏 于 .* 确认/);
    expect(await seriousFaults(phone)).toEqual([]);
    await shot(phone, 'link-done');
    await phone.goto(link);
    await expect.poll(() => phone.textContent('main')).toMatch(/未确认[\s\S]*已经使用过[\s\S]*王敏 于/);
    await shot(phone, 'link-used');

    expect((await administrator.alarms())[0]).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'wang', comment: '已到现场，关阀' });
    await page.goto(`${plant.gatewatch.address}/alarms/${alarmId}`);
    await expect.poll(() => page.getByTestId('detail-state').textContent()).toContain('已确认');
    await expect.poll(() => told.textContent()).toContain('已送出');
    await told.getByRole('button').click();
    await expect.poll(() => page.getByTestId('attempts').textContent()).toContain('SMTP 452');
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'alarm-told');
    await page.goto(`${plant.gatewatch.address}/alarms?tab=journal`);
    await expect.poll(() => page.getByTestId('journal').textContent()).toMatch(/通知送出.*王敏 · 邮件/);
    await shot(page, 'journal');
    expect((await administrator.journal()).find(({ kind }) => kind === 'alarm.acknowledge')).toMatchObject({
      actor: { username: 'wang' },
      detail: { via: 'link' },
    });
  });

  test('the administrator sends a test through a channel and sees what came of it', async () => {
    const { page, complaints } = await openSignedIn(browser, plant.gatewatch.address, 'admin', plant.firstPassword, { locale: 'en-GB' });
    robot.answer = () => ({ kind: 'answer', status: 200, body: '{"errcode":0,"errmsg":"ok"}' });
    await page.goto(`${plant.gatewatch.address}/notifications?subject=test`);
    await page.getByTestId('test-team').click();
    await page.getByTestId('send-test').click();
    await expect
      .poll(() => page.getByTestId('notification').first().textContent())
      .toMatch(/team[\s\S]*站哨测试通知[\s\S]*钉钉[\s\S]*已送出/);
    expect(JSON.parse(robot.requests.at(-1)?.body ?? '').markdown.text).toContain('没有发生任何事情');
    await page.getByTestId('test-email').click();
    await page.getByRole('textbox', { name: '接收人' }).fill('nobody');
    await page.getByTestId('send-test').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('nobody');
    await page.getByRole('textbox', { name: '接收人' }).fill('wang');
    expect(await seriousFaults(page)).toEqual([]);
    await shot(page, 'test-dialog');
    await page.getByTestId('send-test').click();
    await expect.poll(() => mail.mails.length).toBe(2);
    expect(mailBody(mail.mails[1]?.text ?? '')).toContain('没有发生任何事情');
    // A refused test is in the browser's console as what it is.
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
    expect(await administrator.get<{ state: string }[]>('/api/notifications/channels')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ target: 'email', state: 'ready' }),
        expect.objectContaining({ target: 'office', state: 'secretMissing' }),
      ]),
    );
    const metrics = await (await fetch(`${plant.gatewatch.address}/metrics`)).text();
    expect(metrics).toMatch(/gatewatch_notifications_sent_total\{channel="email",target="email"\} 2/);
    expect(metrics).toMatch(/gatewatch_notification_attempts_failed_total\{channel="dingTalk",target="team",reason="unauthorized"\} 1/);
    const readiness = (await (await fetch(`${plant.gatewatch.address}/readyz`)).json()) as {
      parts: { name: string; isReady: boolean; reason: string }[];
    };
    expect(readiness.parts).toContainEqual({ name: 'notifications by office', isReady: false, reason: 'secretMissing' });
  });
});
