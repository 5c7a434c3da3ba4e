// Alarm settings as an engineer and a supervisor work on them, in a real browser over the real demo plant: a sheet is exported, changed in Excel's own format,
// imported, its differences looked at, approved by the second person; the alarm then trips at its new setpoint, and goes on over a restart as the same occurrence.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmSettingsTableView } from '../../domain/api/alarm-settings-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { readSheetContent, type SheetFormat, writeSheetContent } from '../../server/sheet/sheet-content.ts';
import { launchChromium, picture } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

const alarmId = 'GS-01.PT-301.low';
const pointId = 'GS-01.PT-301';

/** The downloaded sheet with cells changed, as Excel would save it. */
async function changedSheet(
  file: string,
  cells: readonly { alarmId: string; heading: string; to: string | number }[],
  format: SheetFormat,
): Promise<string> {
  const reading = await readSheetContent(readFileSync(file));
  if (reading.kind !== 'ok') throw new Error(reading.reason);
  const [headings = [], ...rows] = reading.rows.map((row) => [...row]);
  for (const cell of cells) {
    const row = rows.find(([id]) => id === cell.alarmId);
    const column = headings.indexOf(cell.heading);
    if (row === undefined || column === -1) throw new Error(`no cell ${cell.alarmId} ${cell.heading}`);
    row[column] = cell.to;
  }
  const changed = path.join(temporaryFolder(), `winter.${format}`);
  const columns = headings.map((heading) => ({ heading: String(heading), width: 12, isInformation: false }));
  writeFileSync(changed, await writeSheetContent({ format, name: 'Sheet1', columns, rows }));
  return changed;
}

describe.skipIf(browser === null)('alarm settings', () => {
  const dataDir = temporaryFolder();
  let gatewatch: GatewatchProcess;
  beforeAll(async () => {
    gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story'] });
  });
  afterAll(() => gatewatch.stop());

  async function openSettings(username: string): Promise<{ page: Page; complaints: string[] }> {
    const opened = await openSignedIn(browser, gatewatch.address, username);
    await opened.page.goto(`${gatewatch.address}/alarm-settings`);
    await opened.page.getByTestId('settings-table').waitFor();
    return opened;
  }
  async function exported(page: Page, format: SheetFormat): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`export-${format}`).click()]);
    const file = path.join(temporaryFolder(), download.suggestedFilename());
    await download.saveAs(file);
    return file;
  }
  // One sign-in per process: the limit on sign-ins is for people and holds for tests too.
  let signedIn: { readonly address: string; readonly client: Promise<GatewatchClient> } | null = null;
  const client = (): Promise<GatewatchClient> => {
    const { address } = gatewatch;
    if (signedIn?.address !== address) signedIn = { address, client: GatewatchClient.signIn(address, 'duty', 'duty-demo') };
    return signedIn.client;
  };
  const table = async () => (await client()).get<AlarmSettingsTableView>('/api/alarm-settings');
  const alarm = async (): Promise<AlarmView | undefined> =>
    (await (await client()).alarms('?state=all')).find((found) => found.alarmId === alarmId);

  test('a sheet from export to the alarm that trips at its new setpoint; the collector says by which version it detects', async () => {
    const engineer = await openSettings('engineer');
    const { page } = engineer;
    await expect.poll(() => page.getByTestId('settings-collectors').getAttribute('data-in-force')).toBe('true');
    // The outlet pressure is calm; its low limit is set just above it.
    const points = await (await client()).get<PointView[]>('/api/points?station=GS-01');
    const now = points.find((point) => point.id === pointId)?.latest.value;
    if (typeof now !== 'number') throw new Error(`${pointId} has no value`);
    const settingsBefore = (await table()).rows.find((row) => row.alarmId === alarmId)?.settings;
    expect(now).toBeGreaterThan(settingsBefore?.setpoint ?? Number.POSITIVE_INFINITY);
    const setpoint = Math.round((now + 0.02) * 1_000) / 1_000;
    expect((await alarm())?.isConditionTrue ?? false).toBe(false);

    const sheet = await exported(page, 'xlsx');
    const changed = await changedSheet(
      sheet,
      [
        { alarmId, heading: '设定值', to: setpoint },
        { alarmId, heading: '处置（中文）', to: '核对下游用量，检查调压器' },
        { alarmId, heading: '优先级', to: '高' },
      ],
      'xlsx',
    );
    await page.getByTestId('import-file').setInputFiles(changed);
    await page.getByTestId('import-outcome').waitFor();
    expect(await page.getByTestId('import-result').textContent()).toContain('1 条报警，3 项更改');
    await page.getByTestId('open-imported').click();
    await page.getByTestId('draft-panel').waitFor();
    const difference = (field: string) => page.getByTestId(`difference-${alarmId}-${field}`);
    expect(await difference('setpoint').locator('del').textContent()).toBe(`${settingsBefore?.setpoint} MPa`);
    expect(await difference('setpoint').locator('ins').textContent()).toBe(`${setpoint} MPa`);
    expect(await difference('priority').textContent()).toMatch(/中.*高/);
    expect(await difference('response').textContent()).toContain('核对下游用量，检查调压器');
    expect(await page.getByTestId('draft-submit').isEnabled()).toBe(false);
    await page.getByTestId('draft-reason').fill('冬季供气');
    await picture(page, 'alarm-settings-draft');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('draft-submit').click();
    await page.locator('[data-testid=draft-panel][data-state=submitted]').waitFor();

    // At his own console the engineer cannot approve what he proposed.
    await page.getByTestId('draft-approve').click();
    await page.getByTestId('approver-name').fill('engineer');
    await page.getByTestId('approver-password').fill('engineer-demo');
    await page.getByTestId('decide').click();
    await page.getByTestId('decision-dialog').getByRole('alert').waitFor();
    expect((await table()).version.number).toBe(1);

    const supervisor = await openSettings('supervisor');
    await supervisor.page.getByTestId('tab-drafts').click();
    await supervisor.page.locator('[data-testid=draft-panel][data-state=submitted]').waitFor();
    await supervisor.page.getByTestId('draft-approve').click();
    expect(await supervisor.page.getByTestId('approver-name').inputValue()).toBe('supervisor');
    await supervisor.page.getByTestId('approver-password').fill('supervisor-demo');
    await supervisor.page.getByTestId('decide').click();
    await supervisor.page.locator('[data-testid=draft-panel][data-state=approved]').waitFor();

    // In force at the server at once, at the collector within its next word; the engineer's open page shows it by itself.
    await expect
      .poll(async () => (await table()).collectors.every(({ isInForce, version }) => isInForce && version === 2), { timeout: 10_000 })
      .toBe(true);
    await page.getByTestId('settings-version').getByText('版本 2').waitFor();
    await expect
      .poll(alarm, { timeout: 30_000 })
      .toMatchObject({ isConditionTrue: true, setpoint, priority: 'high', state: 'unacknowledged' });
    const neighbours = (await (await client()).alarms()).filter(({ pointId: at, isConditionTrue }) => at === pointId && isConditionTrue);
    expect(neighbours.map((found) => found.alarmId)).toEqual([alarmId]);
    const lines = (await (await client()).journal()).filter(({ kind }) => kind.startsWith('alarmSettings.'));
    expect(lines.map(({ kind }) => kind)).toEqual([
      'alarmSettings.plantFile',
      'alarmSettings.propose',
      'alarmSettings.edit',
      'alarmSettings.submit',
      'alarmSettings.approve',
      'alarmSettings.change',
    ]);

    // The next day the old sheet is imported again: nothing of it comes back.
    await page.getByTestId('tab-table').click();
    await page.getByTestId('import-file').setInputFiles(await changedSheet(sheet, [{ alarmId, heading: '设定值', to: 0.35 }], 'csv'));
    await page.getByTestId('import-conflicts').waitFor();
    expect(await page.getByTestId('import-conflicts').textContent()).toContain(alarmId);
    await page.keyboard.press('Escape');
    await page.getByTestId('tab-versions').click();
    await page.getByTestId('version-2').click();
    await page.getByTestId('version-changes').waitFor();
    await picture(page, 'alarm-settings-versions');
    expect(await seriousFaults(page)).toEqual([]);
    expect(engineer.complaints.concat(supervisor.complaints).filter((text) => !/40[39] |422 /.test(text))).toEqual([]);
  });

  test('after a restart the same settings are in force, and the alarm that stood is the same occurrence', async () => {
    const before = await alarm();
    expect(before?.isConditionTrue).toBe(true);
    expect(await gatewatch.stop()).toBe(0);
    gatewatch = await startGatewatch({ dataDir, arguments: ['--no-story'] });
    await expect.poll(async () => (await table()).collectors.every(({ isInForce }) => isInForce), { timeout: 20_000 }).toBe(true);
    expect((await table()).rows.find((row) => row.alarmId === alarmId)).toMatchObject({
      approvedFields: ['setpoint', 'priority', 'response'],
    });
    expect(await alarm()).toMatchObject({ id: before?.id, setpoint: before?.setpoint, isConditionTrue: true });
  });

  test('changed in place: a cell, all settings of an alarm, an error that keeps the draft from being submitted; taken out again', async () => {
    const { page, complaints } = await openSettings('engineer');
    await page.getByTestId('settings-search').fill('GS-02.PT-301');
    const cell = page.getByTestId('cell-GS-02.PT-301.high-setpoint');
    await cell.click();
    await page.getByTestId('cell-GS-02.PT-301.high-setpoint-field').fill('9');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('draft-bar').textContent()).toMatch(/1 条报警，1 项更改.*不允许生效/);
    expect(await cell.textContent()).toContain('9 MPa');
    await picture(page, 'alarm-settings-table');
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByTestId('settings-table').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByTestId('alarm-settings-dialog').waitFor();
    await page.getByTestId('setting-cause-zh').fill('上游失控');
    await page.getByTestId('setting-cause-en').fill('Upstream lost');
    await page.getByTestId('setting-consequenceClassId').selectOption('severe');
    await picture(page, 'alarm-settings-dialog');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('put-into-draft').click();
    await expect.poll(() => page.getByTestId('draft-bar').textContent()).toContain('2 条报警，3 项更改');

    await page.getByTestId('open-draft').click();
    await page.getByTestId('draft-panel').waitFor();
    await page.getByTestId('draft-reason').fill('试');
    expect(await page.getByTestId('draft-submit').isEnabled()).toBe(false);
    await page.getByTestId('difference-GS-02.PT-301.high-setpoint').getByRole('button', { name: '移出草案' }).click();
    await expect.poll(() => page.getByTestId('draft-submit').isEnabled()).toBe(true);
    await page.getByTestId('draft-withdraw').click();
    await page.locator('[data-testid=draft-panel][data-state=withdrawn]').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a sheet with mistakes is told by place; whoever may only read sees no way to change anything', async () => {
    const { page } = await openSettings('engineer');
    const sheet = await exported(page, 'csv');
    await page.getByTestId('import-file').setInputFiles(await changedSheet(sheet, [{ alarmId, heading: '设定值', to: '很低' }], 'xlsx'));
    await page.getByTestId('import-problems').waitFor();
    expect(await page.getByTestId('import-problems').textContent()).toMatch(/I\d+.*“很低”不是数字/);
    const readers = await openSettings('duty');
    expect(await readers.page.getByTestId('import').count()).toBe(0);
    expect(await readers.page.getByTestId('export-xlsx').count()).toBe(1);
    await readers.page.getByTestId('settings-search').fill(alarmId);
    await readers.page.getByTestId(`cell-${alarmId}-setpoint`).click();
    expect(await readers.page.getByTestId(`cell-${alarmId}-setpoint-field`).count()).toBe(0);
    expect(readers.complaints).toEqual([]);
  });
});
