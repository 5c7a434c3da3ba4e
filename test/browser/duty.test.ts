// Duty in a real browser: the lead plans the shift, the operator takes the watch, an alarm that nobody acknowledges goes up, a watch check is answered,
// and the watch is handed over with two signatures.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DutyNow } from '../../domain/api/watch-api.ts';
import { launchChromium } from '../harness/chromium.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type HttpReceiver, startHttpReceiver } from '../harness/http-receiver.ts';
import { northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const password = 'a-long-enough-password';
const people = [
  { username: 'wang', displayName: '王敏', role: 'operator' },
  { username: 'li', displayName: '李强', role: 'supervisor' },
  { username: 'zhao', displayName: '赵刚', role: 'emergencyTeam' },
] as const;

/** One station, one pressure, two shifts so that whenever the test runs it is in one of them; checks and steps by the second. */
const plantText = (port: number, gatewayUrl: string) =>
  northGateText(
    port,
    [
      '{ tag: PT-101, name: { zh: 进站压力, en: Inlet pressure }, unit: MPa, range: { min: 0, max: 100 }, register: { table: holding, address: 0, type: uint16 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, responseTime: 2min, response: { zh: 关阀, en: Close the valve } }] }',
    ],
    {
      sections: `notifications: { sms: { url: '${gatewayUrl}', insecure: true, body: { json: { to: '{{mobile}}', text: '{{text}}' } } } }
duty:
  shifts:
    - { id: day, name: { zh: 白班, en: Day }, start: '08:00', end: '20:00' }
    - { id: night, name: { zh: 夜班, en: Night }, start: '20:00', end: '08:00' }
  watchChecks: { atLeast: 20s, atMost: 21s, answerWithin: 15s }
  escalation:
    - priorities: [critical]
      steps:
        - { after: 2s, to: onDuty, channels: [sms] }
        - { after: 50%, to: { position: lead }, channels: [sms, voice] }
`,
    },
  );

describe.skipIf(browser === null)('duty in a browser', () => {
  let plant: OwnPlant;
  let administrator: GatewatchClient;
  let gateway: HttpReceiver;

  beforeAll(async () => {
    gateway = await startHttpReceiver();
    plant = await startOwnPlant(({ port }) => plantText(port, `${gateway.url}/sms`));
    administrator = await plant.signIn();
    for (const person of people) await administrator.addPerson({ ...person, password });
  });
  afterAll(async () => {
    await plant?.stop();
    await gateway?.stop();
  });

  const pageOf = (username: string) => openSignedIn(browser, plant.gatewatch.address, username, password);
  const kinds = async () => (await administrator.journal()).map((entry) => entry.kind);

  test('the lead plans the running shift; what is missing is said until it is not', async () => {
    const { page, complaints } = await pageOf('li');
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByTestId('duty').waitFor();
    await page.getByTestId('duty-tab-roster').click();
    const { shifts } = await administrator.get<DutyNow>('/api/duty/now');
    const [shift] = shifts;
    const field = page.getByTestId(`field-${shift?.date}-${shift?.shiftId}`);
    await field.waitFor();
    expect(await field.getAttribute('data-now')).toBe('true');
    expect(await field.textContent()).toContain('无人');
    const add = async (person: string, position: string) => {
      await field.locator('.roster-add').click();
      await page.getByTestId('entry-person').selectOption(person);
      await page.getByTestId('entry-position').selectOption(position);
      await page.getByTestId('entry-save').click();
      await page.getByTestId('roster-entry-dialog').waitFor({ state: 'detached' });
    };
    await add('wang', 'operator');
    await expect.poll(() => field.textContent()).toContain('缺抢险');
    await add('li', 'operator');
    await add('zhao', 'emergency');
    // The lead is no operator: put right by hand.
    await field.getByRole('button', { name: /值班员 李强/ }).click();
    await page.getByTestId('entry-position').selectOption('lead');
    await page.getByTestId('entry-save').click();
    await expect.poll(() => field.textContent()).toMatch(/班长\s*李强[\s\S]*值班员\s*王敏[\s\S]*抢险\s*赵刚/);
    expect(await field.locator('.roster-conflicts').count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByTestId('duty-tab-people').click();
    await page.getByTestId('my-contact').click();
    await page.getByTestId('contact-mobile').fill('+86 100 0000 0001');
    await page.getByTestId('contact-save').click();
    await page.getByTestId('contact-dialog').waitFor({ state: 'detached' });
    await expect.poll(() => page.getByTestId('people').textContent()).toContain('+8610000000001');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await kinds()).toEqual(expect.arrayContaining(['roster.add', 'roster.change', 'person.contact']));
    expect(complaints).toEqual([]);
  });

  test('the operator takes the watch; an alarm goes up to him and is to go up to the lead; the check is answered; the watch is handed over', async () => {
    const { page, complaints } = await pageOf('wang');
    for (const username of ['wang', 'zhao'])
      await administrator.ask('PUT', `/api/people/${username}/contact`, {
        version: 0,
        email: null,
        mobile: '+8610000000002',
        language: 'zh',
        channels: null,
        quietHours: null,
      });
    await page.goto(`${plant.gatewatch.address}/duty`);
    const desk = page.getByTestId('console-desk-1');
    await desk.getByTestId('take-watch').click();
    await expect.poll(() => desk.textContent()).toContain('王敏');
    await page.getByTestId('log-text').fill('进站压力偏高，已电话询问上游。');
    await page.getByLabel(/交接事项/).check();
    await page.getByTestId('log-submit').click();
    await expect.poll(() => page.getByTestId('watch-log').textContent()).toContain('待交接');
    expect(await seriousFaults(page)).toEqual([]);

    plant.device.holding.writeUInt16BE(90, 0);
    const strip = page.getByTestId('alarm-strip');
    await expect.poll(() => strip.textContent(), { timeout: 20_000 }).toContain('城北门站');
    await strip.getByRole('link').click();
    const escalation = page.getByTestId('escalation');
    await expect.poll(() => escalation.getByTestId('escalation-step-1').textContent(), { timeout: 20_000 }).toMatch(/已通知.*王敏/);
    await expect.poll(() => escalation.getByTestId('escalation-step-1').textContent(), { timeout: 20_000 }).toMatch(/短信\s*已送出/);
    expect(gateway.requests.map(({ body }) => body)).toEqual([expect.stringMatching(/\+8610000000002.*城北门站/)]);
    expect(await escalation.getByTestId('escalation-next').textContent()).toMatch(/下一步 00:\d\d 后/);
    expect(await escalation.getByTestId('escalation-step-2').textContent()).toMatch(/将通知.*李强/);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await kinds()).toContain('alarm.escalate');

    // On whatever screen he is; the most urgent alarm stays above it.
    await page.goto(plant.gatewatch.address);
    const check = page.getByTestId('watch-check');
    await check.waitFor({ timeout: 30_000 });
    expect(await strip.textContent()).toContain('城北门站');
    const places = await Promise.all([strip, check].map((part) => part.boundingBox()));
    expect((places[1]?.y ?? 0) >= (places[0]?.y ?? 0) + (places[0]?.height ?? 0)).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('y');
    await check.waitFor({ state: 'detached' });
    expect(await kinds()).toEqual(expect.arrayContaining(['watch.check', 'watch.checkAnswered']));

    await page.goto(`${plant.gatewatch.address}/duty`);
    await page.getByTestId('hand-over').click();
    const document = page.getByTestId('handover-document');
    await expect.poll(() => document.textContent()).toMatch(/城北门站[\s\S]*已电话询问上游[\s\S]*共 1 次，应答 1/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('handover-notes').fill('上游称一小时内恢复。');
    await page.getByTestId('handover-next').selectOption('li');
    await page.getByTestId('handover-password').fill('wrong');
    await page.getByTestId('handover-sign').click();
    await page.getByTestId('duty-problem').waitFor();
    await page.getByTestId('handover-password').fill(password);
    await page.getByTestId('handover-sign').click();
    // The browser goes on in the name of who has the watch now.
    await expect.poll(() => page.getByTestId('user-menu').textContent(), { timeout: 15_000 }).toContain('李强');
    await expect.poll(() => desk.textContent()).toContain('李强');
    await page.getByTestId('handovers').getByRole('button').first().click();
    await expect
      .poll(() => page.getByTestId('past-handover').textContent())
      .toMatch(/王敏 → 李强[\s\S]*上游称一小时内恢复[\s\S]*SHA-256 [0-9a-f]{64}/);
    await page.keyboard.press('Escape');
    expect(await kinds()).toContain('watch.handover');
    expect(complaints.filter((complaint) => !/403|401/.test(complaint))).toEqual([]);
  });

  test('taken without a handover: seen on every screen, in English and in the dark, until somebody has dealt with it', async () => {
    const { page } = await pageOf('wang');
    await page.evaluate(() => {
      localStorage.setItem('gatewatch.theme', 'dark');
      localStorage.setItem('gatewatch.language', 'en');
    });
    await page.goto(`${plant.gatewatch.address}/duty`);
    await page.getByTestId('console-desk-1').getByTestId('take-without-handover').click();
    await page.getByTestId('reason-dialog').locator('textarea').fill('the lead was called to the station');
    await page.getByTestId('reason-dialog').locator('button[type=submit]').click();
    await page.getByTestId('reason-dialog').waitFor({ state: 'detached' });
    await page.goto(`${plant.gatewatch.address}/alarms`);
    const notice = page.locator('[data-testid=duty-notice][data-kind=withoutHandover]');
    await notice.waitFor();
    // The desk's name comes with the plan, after its id.
    await expect.poll(() => notice.textContent()).toMatch(/Desk 1.*the lead was called to the station/);
    expect(await seriousFaults(page)).toEqual([]);
    await notice.getByTestId('close-notice').click();
    await notice.waitFor({ state: 'detached' });
    for (const tab of ['watch', 'roster', 'people']) {
      await page.goto(`${plant.gatewatch.address}/duty${tab === 'watch' ? '' : `?tab=${tab}`}`);
      await page.getByTestId('duty').locator('.panel').first().waitFor();
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(await kinds()).toEqual(expect.arrayContaining(['watch.takenOver', 'duty.notice', 'duty.noticeClosed']));
  });
});
