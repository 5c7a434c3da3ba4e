// The control room in an incident: it opens by itself, is worked on by mouse and keyboard, reported, reviewed and closed; a drill stays apart.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import { retellIncident } from '../../domain/incidents/retell.ts';
import { jpegFromPhone } from '../../server/photos/photo-fixture.ts';
import { launchChromium } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

async function faults(page: Page): Promise<unknown[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((violation) => [violation.id, violation.nodes.map((node) => node.target.join(' '))]);
}

/** Fills a dialogue's comment, sends it, and waits until it has gone. */
async function say(page: Page, dialog: string, words: string, field = 'step-words', submit = 'step-submit'): Promise<void> {
  await page.getByTestId(dialog).waitFor();
  await page.getByTestId(field).fill(words);
  await page.getByTestId(submit).click();
  await page.getByTestId(dialog).waitFor({ state: 'detached' });
}

describe.skipIf(browser === null)('incidents', () => {
  let gatewatch: GatewatchProcess;
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
  });
  afterAll(() => gatewatch.stop());

  test('a confirmed leak opens by itself and is worked on, reported, reviewed and closed; the journal holds it all', async () => {
    const { page, complaints } = await openSignedIn(browser, gatewatch.address, 'supervisor');
    page.setDefaultTimeout(20_000);
    await page.getByTestId('station-RS-01').waitFor();
    expect(await page.getByTestId('incident-count').count()).toBe(0);
    await playScenario(gatewatch, 'leak', { station: 'RS-01', seconds: 30 });
    await page.getByTestId('incident-count-real').waitFor({ timeout: 60_000 });

    // By keyboard to the board; the card is in the first column.
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    const card = page.getByTestId('column-opened').getByTestId('incident-card');
    await expect.poll(() => card.textContent()).toMatch(/燃气泄漏.*高新调压站/);
    expect(await faults(page)).toEqual([]);
    await card.focus();
    await page.keyboard.press('Enter');
    const incident = page.getByTestId('incident');
    await incident.waitFor();
    const state = () => incident.getAttribute('data-state');
    await expect.poll(() => page.getByTestId('timeline').textContent()).toMatch(/按规则自动打开事件/);
    await expect.poll(() => page.getByTestId('station-now').textContent()).toMatch(/GD-501.*%LEL/);

    await page.keyboard.press('a');
    await expect.poll(state).toBe('acknowledged');
    await page.getByTestId('do-dispatch').click();
    await page.getByTestId('send-team').check();
    await page.getByTestId('send-others').fill('消防二中队');
    await say(page, 'dispatch-dialog', '从上风向进入');
    await expect.poll(state).toBe('dispatched');

    // The team's phone, meanwhile; the page follows by itself.
    const team = await GatewatchClient.signIn(gatewatch.address, 'team', 'team-demo');
    const [open] = await team.get<IncidentSummary[]>('/api/incidents');
    const id = open?.id ?? '';
    const position = { latitude: 30.6113, longitude: 104.0402, accuracyM: 9 };
    for (const kind of ['onTheWay', 'arrive'])
      await team.ask('POST', `/api/incidents/${id}/actions`, { kind, actionId: crypto.randomUUID(), position });
    await expect.poll(state).toBe('onSite');
    await expect.poll(() => page.getByTestId('team').textContent()).toMatch(/抢险队 赵刚.*在现场.*30\.61130, 104\.04020.*距站 40 m/);

    await page.getByTestId('item-verify').getByRole('checkbox').click();
    await expect.poll(() => page.getByTestId('item-verify').textContent()).toMatch(/值班长 李强/);
    await page.getByTestId('note-words').fill('现场风向东北');
    await page.getByTestId('note-submit').click();
    await expect.poll(() => page.getByTestId('timeline').textContent()).toMatch(/值班长 李强\s*现场风向东北/);

    await page.getByTestId('add-photo').click();
    await page.getByTestId('photo-file').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: jpegFromPhone() });
    await page.getByTestId('photo-caption').fill('进站法兰');
    await page.getByTestId('photo-submit').click();
    const photo = page.getByTestId('photos').locator('img').first();
    await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

    await page.getByTestId('do-control').click();
    await say(page, 'control-dialog', '阀门已关');
    await page.getByTestId('do-restore').click();
    await say(page, 'restore-dialog', '气密合格');
    await expect.poll(state).toBe('restored');
    expect(await faults(page)).toEqual([]);

    await page.getByTestId('write-report').click();
    await expect.poll(() => page.getByTestId('report-field-course').inputValue()).toMatch(/接警[\s\S]*报告已控制：阀门已关/);
    await page.getByTestId('report-field-other').fill('无');
    await page.getByTestId('report-submit').click();
    await page.getByTestId('report-dialog').waitFor({ state: 'detached' });
    for (const [duty, to] of [
      ['headOfUnit', '总经理 何川'],
      ['authority', '区应急管理局'],
    ] as const) {
      await page.getByTestId(`report-${duty}`).click();
      await say(page, 'reported-dialog', to, 'reported-to', 'reported-submit');
      await expect.poll(() => page.getByTestId(`duty-${duty}`).getAttribute('data-state')).toBe('reported');
    }

    await page.getByTestId('do-review').click();
    await page.getByTestId('review-hazards').fill('更换同批垫片\n补充备件');
    await say(page, 'review-dialog', '法兰垫片老化', 'review-cause', 'review-submit');
    // What the review names goes into the ledger by a press, and its line shows the number from then on.
    const incidentPage = page.url();
    await page.getByTestId('hazard-from-review').first().click();
    await expect.poll(() => page.getByTestId('hazard-description').inputValue()).toBe('更换同批垫片');
    expect(await page.getByTestId('hazard-source').inputValue()).toBe('incident');
    await page.getByTestId('hazard-submit').click();
    await page.getByTestId('hazard').waitFor();
    await page.goto(incidentPage);
    await expect.poll(() => page.getByTestId('review-hazard-list').textContent()).toMatch(/更换同批垫片 YH-\d{4}-\d{4}/);
    await page.getByTestId('hazard-from-review').waitFor();
    expect(await page.getByTestId('hazard-from-review').count()).toBe(1);
    await page.getByTestId('do-close').click();
    expect(await page.getByTestId('missing-items').locator('li').count()).toBeGreaterThan(5);
    expect(await page.getByTestId('close-submit').isDisabled()).toBe(true);
    await say(page, 'close-dialog', '由消防队完成，事后补记', 'missing-reason', 'close-submit');
    await expect.poll(state).toBe('closed');
    await expect.poll(() => page.getByTestId('incident-outcome').textContent()).toMatch(/处置完毕.*李强.*由消防队完成/);
    await expect.poll(() => page.getByTestId('incident-count').count()).toBe(0);

    await page.getByTestId('print-report').click();
    await expect.poll(() => page.getByTestId('report-page').textContent()).toMatch(/事故报告[\s\S]*第 1 版[\s\S]*区应急管理局/);
    expect(await faults(page)).toEqual([]);
    await page.goto(`${gatewatch.address}/incidents?tab=closed`);
    await expect.poll(() => page.getByTestId('closed-incidents').textContent()).toMatch(/I-\d{4}-0001.*燃气泄漏.*处置完毕/);
    expect(complaints).toEqual([]);

    const auditor = await GatewatchClient.signIn(gatewatch.address, 'auditor', 'auditor-demo');
    const told = retellIncident(await auditor.journal(), id)?.lines.map((line) => `${line.who ?? '-'} ${line.what.zh}`) ?? [];
    for (const sentence of [
      '- 按规则自动打开事件（燃气泄漏）',
      '值班长 李强 接警',
      '值班长 李强 派出 抢险队 赵刚、消防二中队：从上风向进入',
      '抢险队 赵刚 到达现场',
      '值班长 李强 上传照片：进站法兰',
      '值班长 李强 报告已控制：阀门已关',
      '值班长 李强 保存报告第 1 版',
      '值班长 李强 写复盘，原因：法兰垫片老化',
    ])
      expect(told).toContain(sentence);
    await page.goto(`${gatewatch.address}/alarms?tab=journal`);
    const line = page.locator('[data-testid=journal-row][data-kind="incident.close"]');
    await expect.poll(() => line.textContent()).toMatch(/事件关闭.*李强.*I-\d{4}-0001 · 关闭事件/);
  });

  test('opened from an alarm it is found again from there; somebody else’s step on the way is told; English, dark', async () => {
    const { page, complaints } = await openSignedIn(browser, gatewatch.address, 'duty');
    page.setDefaultTimeout(20_000);
    await playScenario(gatewatch, 'mains-loss', { station: 'ST-01', seconds: 900 });
    const duty = await GatewatchClient.signIn(gatewatch.address, 'duty', 'duty-demo');
    await expect.poll(async () => (await duty.alarms('?station=ST-01')).length, { timeout: 30_000 }).toBeGreaterThan(0);
    await page.goto(`${gatewatch.address}/alarms/ST-01.XS-801.state`);
    await page.getByTestId('open-incident-from-alarm').click();
    await page.getByTestId('incident-kind').selectOption('supplyInterruption');
    await page.getByTestId('incident-words').fill('市电中断，UPS 供电');
    expect(await faults(page)).toEqual([]);
    await page.getByTestId('incident-submit').click();
    await page.getByTestId('incident').waitFor();
    const [open] = await duty.get<IncidentSummary[]>('/api/incidents?station=ST-01');
    await page.goto(`${gatewatch.address}/alarms/ST-01.XS-801.state`);
    await expect.poll(() => page.getByTestId('alarm-incident').textContent()).toContain(open?.number);
    await page.getByTestId('alarm-incident').click();
    await page.getByTestId('incident').waitFor();

    // While this page is cut off from news, the team acknowledges; the desk's own press is answered with who was quicker.
    const team = await GatewatchClient.signIn(gatewatch.address, 'team', 'team-demo');
    await page.route('**/actions', async (route) => {
      await team.ask('POST', `/api/incidents/${open?.id}/actions`, { kind: 'acknowledge', actionId: crypto.randomUUID() });
      await route.continue();
    });
    await page.getByTestId('do-acknowledge').click();
    await expect.poll(() => page.getByTestId('incident-notice').textContent()).toMatch(/抢险队 赵刚.*先操作/);
    await page.unroute('**/actions');
    await expect.poll(() => page.getByTestId('incident').getAttribute('data-state')).toBe('acknowledged');

    await page.evaluate(() => {
      localStorage.setItem('gatewatch.language', 'en');
      localStorage.setItem('gatewatch.theme', 'dark');
    });
    await page.reload();
    await expect
      .poll(() => page.getByTestId('incident').textContent())
      .toMatch(/Supply interruption[\s\S]*acknowledged[\s\S]*Reporting clock/);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await faults(page)).toEqual([]);
    // The browser itself writes a refused request (409) to the console.
    expect(complaints.filter((complaint) => !complaint.includes('409'))).toEqual([]);
  });

  test('a drill is marked everywhere, stands apart, and is closed with a score', async () => {
    const { page } = await openSignedIn(browser, gatewatch.address, 'supervisor');
    page.setDefaultTimeout(20_000);
    await page.goto(`${gatewatch.address}/incidents`);
    await page.getByTestId('start-drill').click();
    await page.getByTestId('incident-station').selectOption('LP-01');
    await page.getByTestId('incident-words').fill('1 号罐液相管泄漏');
    await page.getByTestId('incident-submit').click();
    // The dialogue and the board behind it carry the mark too, for a moment.
    await page.getByTestId('incident').getByTestId('drill-band').waitFor();
    expect(await page.getByTestId('incident').getAttribute('data-drill')).toBe('true');
    await page.getByTestId('incident-count-drills').waitFor();
    await page.goto(`${gatewatch.address}/incidents`);
    await expect.poll(() => page.getByTestId('drill-board').textContent()).toMatch(/演练.*1 号罐液相管泄漏/);
    expect(await page.getByTestId('incident-card').filter({ hasText: '1 号罐液相管泄漏' }).count()).toBe(1);
    await page.getByTestId('drill-board').getByTestId('incident-card').click();
    await page.getByTestId('do-restore').click();
    await say(page, 'restore-dialog', '演练结束');
    for (const duty of ['headOfUnit', 'authority']) {
      await page.getByTestId(`report-${duty}`).click();
      await say(page, 'reported-dialog', '模拟上报', 'reported-to', 'reported-submit');
    }
    await page.getByTestId('do-review').click();
    await page.getByTestId('review-cause').fill('按计划演练');
    expect(await page.getByTestId('review-submit').isDisabled()).toBe(true);
    for (const name of ['alerting', 'dispatch', 'onSite', 'communication', 'checklist', 'safety'])
      await page.getByTestId(`score-${name}`).fill('8');
    await page.getByTestId('review-submit').click();
    await expect.poll(() => page.getByTestId('review').textContent()).toMatch(/合计 48 \/ 60/);
    await page.getByTestId('do-close').click();
    await say(page, 'close-dialog', '演练未涉及', 'missing-reason', 'close-submit');
    await page.goto(`${gatewatch.address}/incidents?tab=closed&drills=only`);
    await expect.poll(() => page.getByTestId('closed-incidents').textContent()).toMatch(/X-\d{4}-0001.*演练.*储配站/);
  });
});
