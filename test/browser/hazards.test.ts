// The hazard ledger as people work on it in a real browser over the demo plant: reported, graded, settled, done, accepted by two, struck off; a sheet looked at
// and brought in; board, statistics, audit and calibrations; nothing that keeps people out, in either language.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { launchChromium, picture } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

describe.skipIf(browser === null)('hazards in a browser', () => {
  let gatewatch: GatewatchProcess;
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
  });
  afterAll(() => gatewatch?.stop());

  async function open(username: string): Promise<{ page: Page; complaints: string[] }> {
    const opened = await openSignedIn(browser, gatewatch.address, username);
    await opened.page.keyboard.press('g');
    await opened.page.keyboard.press('z');
    await opened.page.getByTestId('hazards').waitFor();
    return opened;
  }
  async function say(page: Page, kind: string, words: string): Promise<void> {
    await page.getByTestId(`hazard-${kind}`).click();
    await page.getByTestId('hazard-words').fill(words);
    await page.getByTestId('hazard-send').click();
    await page.getByTestId(`hazard-${kind}-dialog`).waitFor({ state: 'detached' });
  }
  const state = (page: Page) => page.getByTestId('hazard-state').textContent();

  test('a major hazard from the report to the closing number', async () => {
    const { page, complaints } = await open('supervisor');
    await page.getByTestId('report-hazard').click();
    await page.getByTestId('hazard-station').selectOption('GS-01');
    await page.getByTestId('hazard-place').fill('进站阀门井');
    await page.getByTestId('hazard-description').fill('进站绝缘法兰渗漏，检漏仪读数 12 %LEL');
    await page.getByTestId('hazard-source').selectOption('inspector');
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'hazards-report');
    await page.getByTestId('hazard-submit').click();
    await page.getByTestId('hazard').waitFor();
    expect(await state(page)).toBe('已上报');

    await page.getByTestId('hazard-confirm').click();
    await page.getByTestId('grade-major').click();
    await page.getByTestId('grade-basis').fill('带压渗漏');
    expect(await page.getByTestId('hazard-send').isDisabled()).toBe(true);
    await page.getByTestId('grade-supervisor').fill('市燃气主管部门');
    await page.getByTestId('hazard-send').click();
    await expect.poll(() => state(page)).toBe('已定级');
    await page.getByTestId('edit-five').click();
    await page.getByTestId('five-responsible').fill('抢险队 赵刚');
    await page.getByTestId('five-measure').fill('更换绝缘法兰垫片，恢复后保压 24 h');
    await page.getByTestId('five-funds').fill('12800');
    await page.getByTestId('five-deadline').fill(addDays(dateAt(Date.now(), 'Asia/Shanghai'), 4));
    await page.getByTestId('hazard-send').click();
    await page.getByTestId('five-dialog').waitFor({ state: 'detached' });
    // Four of five: it does not leave this state.
    expect(await page.getByTestId('five-settled').textContent()).toContain('未落实：应急预案');
    expect(await page.getByTestId('hazard-start').count()).toBe(0);
    await page.getByTestId('edit-five').click();
    await page.getByTestId('five-contingency').fill('关闭进站阀，由城西门站供气');
    await page.getByTestId('hazard-send').click();
    await page.getByTestId('hazard-start').click();
    await expect.poll(() => state(page)).toBe('整改中');
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'hazards-detail');

    const team = await GatewatchClient.signIn(gatewatch.address, 'team', 'team-demo');
    const id = page.url().split('/').at(-1) ?? '';
    const { version } = (await team.ask('GET', `/api/hazards/${id}`)).body as HazardView;
    expect((await team.ask('POST', `/api/hazards/${id}/work`, { kind: 'submit', version, result: '垫片已更换' })).status).toBe(200);
    await expect.poll(() => state(page)).toBe('待验收');
    await say(page, 'accept', '检漏合格');
    await expect.poll(() => page.getByText('第二次验收须由他人进行').count()).toBe(1);
    expect(await page.getByTestId('hazard-accept').count()).toBe(0);
    const engineer = await GatewatchClient.signIn(gatewatch.address, 'engineer', 'engineer-demo');
    const once = (await engineer.ask('GET', `/api/hazards/${id}`)).body as HazardView;
    const accepted = await engineer.ask('POST', `/api/hazards/${id}/acceptance`, {
      kind: 'accept',
      version: once.version,
      comment: '复验',
    });
    expect(accepted.status).toBe(200);
    await expect.poll(() => state(page)).toBe('已验收');
    await say(page, 'close', '');
    await expect.poll(() => state(page)).toBe('已销号');
    expect(await page.getByTestId('hazard-history').textContent()).toContain('挂牌督办（市燃气主管部门）');
    await picture(page, 'hazards-closed');
    expect(complaints).toEqual([]);
  });

  test('a sheet is shown with what it would do before it does it; ledger, board, statistics, audit and calibrations', async () => {
    const { page, complaints } = await open('supervisor');
    const today = dateAt(Date.now(), 'Asia/Shanghai');
    const sheet = path.join(temporaryFolder(), 'ledger.csv');
    const lines = [
      '编号,场站编号,部位,隐患描述,隐患等级,挂牌督办,发现人,发现日期,整改责任人,整改措施,整改资金（元）,整改时限,应急预案,验收人,销号日期',
      `2026-31,RS-01,调压间,切断阀动作压力未复核,重大,安全总监,省检查组,${addDays(today, -40)},王建国,复核并铅封,3000,${addDays(today, -3)},切换备用路,,`,
      `2026-32,RS-02,东围墙,铁丝网缺失 6 m,一般,,巡查员 刘洋,${addDays(today, -12)},刘洋,补装,800,${addDays(today, 2)},增加巡查,,`,
      `2026-33,GS-01,值班室,灭火器过期 2 具,一般,,群众,${addDays(today, -100)},,,,,,,`,
      `2026-30,GS-01,大门,警示标识褪色,一般,,自查,${addDays(today, -60)},刘洋,更换,200,${addDays(today, -30)},无,李强,${addDays(today, -35)}`,
    ];
    writeFileSync(sheet, lines.join('\r\n'));
    await page.getByTestId('import-hazards-file').setInputFiles(sheet);
    await page.getByTestId('sheet-apply').waitFor();
    expect(await page.getByTestId('sheet-fresh').locator('tbody tr').count()).toBe(4);
    expect(await page.getByTestId('hazard-2026-31').count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'hazards-import');
    await page.getByTestId('sheet-apply').click();
    await expect.poll(() => page.getByTestId('sheet-result').textContent()).toBe('已导入。');
    await page.keyboard.press('Escape');
    // Overdue and major stands first.
    await expect
      .poll(() => page.getByTestId('hazard-table').locator('tbody tr').first().getAttribute('data-testid'))
      .toBe('hazard-2026-31');
    expect(await page.getByTestId('hazard-2026-31').textContent()).toContain('逾期 3 天');
    await expect.poll(() => page.getByTestId('suspended-banner').textContent()).toContain('2026-31');
    await page.getByTestId('filter-standing').selectOption('atRisk');
    expect(await page.getByTestId('hazard-table').locator('tbody tr').count()).toBe(1);
    await page.getByTestId('filter-standing').selectOption('');
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'hazards-ledger');
    for (const [tab, waited] of [
      ['board', 'hazard-board'],
      ['statistics', 'hazard-statistics'],
      ['settled', 'hazard-table'],
      ['audit', 'audit'],
      ['calibration', 'calibrations'],
    ] as const) {
      await page.getByTestId(`tab-${tab}`).click();
      await page.getByTestId(waited).waitFor();
      if (tab === 'audit') {
        await page.getByTestId('run-audit').click();
        await page.getByTestId('audit-result').waitFor();
      }
      expect(await seriousFaults(page), tab).toEqual([]);
      await picture(page, `hazards-${tab}`);
    }
    await page.getByTestId('filter-calibration').selectOption('unknown');
    await page.getByRole('button', { name: '登记检定 GS-01.GD-501' }).click();
    await page.getByTestId('due-on').fill(addDays(today, 10));
    await page.getByTestId('certificate').fill('C-2026-0031');
    await page.getByTestId('hazard-send').click();
    await page.getByTestId('filter-calibration').selectOption('dueSoon');
    await expect.poll(() => page.getByTestId('calibration-GS-01.GD-501').textContent()).toContain('还剩 10 天');
    expect(complaints).toEqual([]);
  });
});
