// The lifecycle in people's hands, in a real browser: many acknowledged at once with one of them taken by somebody else, shelving with a second person
// and its end, a safety alarm out of service, a station in maintenance whose gas is heard all the same, a loop test.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, picture } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { endScenario, playScenario } from '../harness/scenarios.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const seconds = 900;
const slow = { timeout: 40_000 };
const rowOf = (page: Page, alarmId: string): Locator => page.locator(`[data-testid=alarm-row][data-alarm-id="${alarmId}"]`);
const asideOf = (page: Page, alarmId: string): Locator => page.locator(`[data-testid=set-aside-row][data-alarm-id="${alarmId}"]`);
const tickOf = (page: Page, alarmId: string): Locator => page.getByTestId(`tick-${alarmId}`);

describe.skipIf(browser === null)('the lifecycle in people’s hands', () => {
  let gatewatch: GatewatchProcess;
  let supervisor: GatewatchClient;
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
    supervisor = await GatewatchClient.signIn(gatewatch.address, 'supervisor', 'supervisor-demo');
  });
  afterAll(() => gatewatch?.stop());

  const play = (scenario: string, options: object) => playScenario(gatewatch, scenario, { seconds, ...options });
  async function open(person: string): Promise<Page> {
    const { page, complaints } = await openSignedIn(browser, gatewatch.address, person);
    // A conflict is an answer of the server that the browser's console counts as an error.
    onTestFinished(() => expect(complaints.filter((complaint) => !/409|422|403/.test(complaint))).toEqual([]));
    return page;
  }
  const stateOf = async (alarmId: string) => (await supervisor.get<{ state: string }>(`/api/alarms/${alarmId}`)).state;
  const linesOf = async (kind: string, alarmId: string | null) =>
    (await supervisor.journal()).filter((entry) => entry.kind === kind && (alarmId === null || entry.alarmId === alarmId));

  test('A: what is visible, a tick for each critical one, a comment, a result for each row; one was taken by somebody else', async () => {
    await play('door-open', { station: 'RS-01' });
    await play('mains-loss', { station: 'ST-01' });
    await play('leak', { station: 'GS-01', size: 60 });
    const mains = 'ST-01.XS-801.state';
    const gas = 'GS-01.GD-501.highHigh';
    for (const alarmId of [mains, gas]) await expect.poll(() => stateOf(alarmId), slow).toBe('unacknowledged');

    const page = await open('duty');
    await page.goto(`${gatewatch.address}/alarms`);
    await rowOf(page, gas).waitFor();
    await page.keyboard.press('A');
    const dialog = page.getByTestId('acknowledge-dialog');
    await dialog.waitFor();
    expect(await tickOf(page, gas).isChecked()).toBe(false);
    expect(await tickOf(page, mains).isChecked()).toBe(true);
    await tickOf(page, gas).check();
    await picture(page, '01-acknowledge-many');
    expect(await seriousFaults(page)).toEqual([]);
    const submit = page.getByTestId('acknowledge-submit');
    expect(await submit.isDisabled()).toBe(true); // a critical one is ticked: a comment is wanted
    await page.getByTestId('acknowledge-comment').fill('已通知抢险队，关闭进站阀');
    // While he types, the supervisor takes one of them.
    const { version } = await supervisor.get<{ version: number }>(`/api/alarms/${mains}`);
    expect((await supervisor.ask('POST', `/api/alarms/${mains}/acknowledge`, { version, comment: '值班长先确认' })).status).toBe(200);
    await submit.click();
    const rowResult = (alarmId: string) => dialog.locator(`[data-testid=acknowledge-row][data-alarm-id="${alarmId}"]`);
    await expect.poll(() => rowResult(mains).getAttribute('data-result'), slow).toBe('conflict');
    await expect.poll(() => rowResult(mains).textContent(), slow).toMatch(/李强.*报警确认/);
    expect(await rowResult(gas).getAttribute('data-result')).toBe('done');
    await picture(page, '02-acknowledge-results');
    const [line] = await linesOf('alarm.acknowledge', gas);
    expect(line).toMatchObject({
      actor: { username: 'duty' },
      detail: { event: { comment: '已通知抢险队，关闭进站阀' } },
    });
    expect(await linesOf('alarm.acknowledge', mains)).toHaveLength(1);
  });

  test('shelve with a second person: counted down, found with who and why, and back again', async () => {
    await play('device-lost', { station: 'LP-01' });
    const lostOf = async () => (await supervisor.alarms('?station=LP-01')).find((alarm) => alarm.kind === 'commFail')?.alarmId;
    await expect.poll(lostOf, slow).toBeDefined();
    const lost = (await lostOf()) ?? '';
    const page = await open('duty');
    await page.goto(`${gatewatch.address}/alarms`);
    await rowOf(page, lost).click();
    await page.keyboard.press('h');
    await page.getByTestId('dialog-shelve').waitFor();
    await page.getByTestId('shelve-reason').fill('更换 4G 路由器');
    await page.getByTestId('approver-name').fill('duty');
    await page.getByTestId('approver-password').fill('duty-demo');
    await page.getByTestId('action-submit').click();
    await expect.poll(() => page.getByTestId('action-problem').textContent(), slow).toMatch(/批准人必须是另一个人/);
    await page.getByTestId('approver-name').fill('supervisor');
    await page.getByTestId('approver-password').fill('supervisor-demo');
    await picture(page, '03-shelve');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('action-submit').click();
    await page.getByTestId('dialog-shelve').waitFor({ state: 'detached' });
    await page.getByTestId('scope-shelved').click();
    const row = asideOf(page, lost);
    await expect.poll(() => row.textContent(), slow).toMatch(/王敏.*批准.*李强.*更换 4G 路由器.*剩/);
    const countdown = row.getByTestId('countdown');
    const before = await countdown.textContent();
    await expect.poll(() => countdown.textContent(), slow).not.toBe(before);
    await picture(page, '04-shelved');
    await row.getByTestId('bring-back').click();
    await page.getByTestId('dialog-unshelve').waitFor();
    await page.getByTestId('action-submit').click();
    await expect.poll(() => stateOf(lost), slow).toBe('unacknowledged'); // still true: announced again
    await row.waitFor({ state: 'detached' });
  });

  test('a safety alarm is not shelved: out of service with permit, measure and a second person who signs; listed; returned', async () => {
    const gas = 'GS-01.GD-501.highHigh';
    const page = await open('engineer');
    await page.goto(`${gatewatch.address}/alarms/${gas}`);
    await page.getByTestId('action-remove-from-service').waitFor();
    expect(await page.getByTestId('action-shelve').count()).toBe(0);
    await page.getByTestId('action-remove-from-service').click();
    await page.getByTestId('dialog-remove-from-service').waitFor();
    await page.getByTestId('removal-permit').fill('DH-2026-117');
    await page.getByTestId('removal-measure').fill('便携式检测仪每 15 分钟巡检一次');
    await page.getByTestId('approver-name').fill('supervisor');
    await page.getByTestId('approver-password').fill('guess');
    await page.getByTestId('action-submit').click();
    await page.getByTestId('action-problem').waitFor();
    expect(await stateOf(gas)).not.toBe('outOfService');
    await page.getByTestId('approver-password').fill('supervisor-demo');
    await picture(page, '05-out-of-service');
    await page.getByTestId('action-submit').click();
    await expect.poll(() => page.getByTestId('detail-state').textContent(), slow).toBe('停用');
    await page.goto(`${gatewatch.address}/alarms?scope=outOfService`);
    await expect.poll(() => asideOf(page, gas).textContent(), slow).toMatch(/陈晨.*批准.*李强.*DH-2026-117.*便携式检测仪/);
    await picture(page, '06-out-of-service-list');
    expect(await seriousFaults(page)).toEqual([]);
    await asideOf(page, gas).getByTestId('bring-back').click();
    await page.getByTestId('action-submit').click();
    await expect.poll(() => stateOf(gas), slow).toBe('unacknowledged');
    await endScenario(gatewatch, 'leak');
  });

  test('a station in maintenance: its alarms stand apart, gas is heard all the same, and what is true at the end is announced again', async () => {
    const page = await open('supervisor');
    await page.goto(`${gatewatch.address}/stations/RS-02`);
    await page.getByTestId('maintenance-start').click();
    await page.getByTestId('maintenance-dialog').waitFor();
    await page.getByTestId('work-permit').fill('JX-0712');
    await page.getByTestId('work-reason').fill('更换 A 路过滤器滤芯');
    await picture(page, '07-maintenance-dialog');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('work-submit').click();
    const banner = page.getByTestId('maintenance-banner');
    await expect.poll(() => banner.textContent(), slow).toMatch(/检修中.*JX-0712.*更换 A 路过滤器滤芯.*李强/);

    await play('mains-loss', { station: 'RS-02' });
    await play('leak', { station: 'RS-02', size: 60 });
    const mains = 'RS-02.XS-801.state';
    const gas = 'RS-02.GD-501.highHigh';
    await expect.poll(() => stateOf(gas), slow).toBe('unacknowledged');
    await expect.poll(() => stateOf(mains), slow).toBe('suppressed');
    await expect.poll(() => banner.textContent(), slow).toMatch(/检修抑制 [1-9]/);
    await picture(page, '08-maintenance-station');
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`${gatewatch.address}/alarms`);
    await rowOf(page, gas).waitFor();
    expect(await rowOf(page, mains).count()).toBe(0);
    await page.getByTestId('scope-maintenance').click();
    await asideOf(page, mains).waitFor();
    await picture(page, '09-maintenance-list');
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(gatewatch.address);
    await page.getByTestId('station-RS-02').getByTestId('tile-maintenance').waitFor();
    await picture(page, '10-overview');

    await page.goto(`${gatewatch.address}/stations/RS-02`);
    await page.getByTestId('maintenance-end').click();
    await page.getByTestId('work-comment').fill('滤芯已更换');
    await page.getByTestId('work-submit').click();
    await banner.waitFor({ state: 'detached' });
    await expect.poll(() => stateOf(mains), slow).toBe('unacknowledged');
    const [line] = await linesOf('maintenance.end', null);
    expect(line).toMatchObject({
      actor: { username: 'supervisor' },
      stationId: 'RS-02',
      detail: { comment: '滤芯已更换', permit: 'JX-0712' },
    });
    await endScenario(gatewatch, 'leak');
    await endScenario(gatewatch, 'mains-loss');
  });

  test('a loop test: the alarm runs from end to end and says everywhere that it is a test', async () => {
    const page = await open('engineer');
    await page.goto(`${gatewatch.address}/stations/CN-01`);
    await page.getByTestId('test-CN-01.GD-501').click();
    await page.getByTestId('test-dialog').waitFor();
    await page.getByTestId('work-reason').fill('探测器年度标定');
    await picture(page, '11-test-dialog');
    await page.getByTestId('work-submit').click();
    await page.getByTestId('under-test-CN-01.GD-501').waitFor();
    await play('detector-drift', { station: 'CN-01', point: 'CN-01.GD-501', size: 60 });
    const gas = 'CN-01.GD-501.highHigh';
    await expect.poll(() => stateOf(gas), slow).toBe('unacknowledged');
    await picture(page, '12-point-under-test');
    await page.goto(`${gatewatch.address}/alarms`);
    await rowOf(page, gas).getByTestId('test-tag').waitFor();
    await picture(page, '13-test-alarm');
    const [line] = await linesOf('alarm.raise', gas);
    expect(line?.detail.isTest).toBe(true);
    await page.goto(`${gatewatch.address}/stations/CN-01`);
    await page.getByTestId('test-CN-01.GD-501').click();
    await page.getByTestId('work-submit').click();
    await page.getByTestId('under-test-CN-01.GD-501').waitFor({ state: 'detached' });
    await page.goto(`${gatewatch.address}/alarms/${gas}`);
    await expect.poll(() => page.getByTestId('test-tag').first().textContent(), slow).toBe('测试已结束仍成立');
    await picture(page, '14-test-over');
    expect((await linesOf('test.end', null))[0]).toMatchObject({ actor: { username: 'engineer' }, detail: { pointId: 'CN-01.GD-501' } });
  });
});
