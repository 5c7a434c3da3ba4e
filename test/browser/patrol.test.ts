// A patrol as it is walked, in real browsers: labels on the control room's page, read by a phone from a picture and by its camera; a point without network; a
// failed reading that becomes a hazard; a label of elsewhere; a point confirmed by hand; and what the control room sees of it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { create } from 'qrcode';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import type { PatrolLabelView, PatrolSummary, PatrolView } from '../../domain/api/patrol-api.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { BadNetwork } from '../harness/bad-network.ts';
import { launchChromium, openPhone, picture } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { passwordOf, pressTwice, signInOnPhone, untilLive } from './phone-stage.ts';
import { openSignedIn } from './test-pages.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

/** The plant's clock some minutes ago: the round has just begun. */
const begunAt = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' }).format(
  Date.now() - 5 * 60_000,
);

const plantText = `schema: 1
company: { id: mine, name: { zh: 我的燃气公司, en: My Gas Company } }
areas: [{ id: city, name: { zh: 市区, en: City } }]
stations:
  - { id: GS-01, type: gate, name: { zh: 城北门站, en: North gate station }, area: city, position: { latitude: 30.672, longitude: 104.053 } }
  - { id: RS-01, type: regulating, name: { zh: 高新调压站, en: Hi-tech station }, area: city }
patrols:
  places:
    - { id: gate, name: { zh: 大门, en: Gate }, hint: { zh: 门内左侧墙上, en: 'Inside, on the left' } }
    - { id: skid, name: { zh: 调压区, en: Regulating area } }
    - { id: fence, name: { zh: 围墙, en: Fence }, stations: [GS-01] }
  rounds:
    - id: walk
      name: { zh: 日常巡查, en: Daily patrol }
      stations: [GS-01]
      times: ['${begunAt}']
      within: 3h
      points:
        - place: gate
          items: [{ id: locked, text: { zh: 大门关闭, en: Gate closed } }]
        - place: skid
          photo: true
          items:
            - { id: smell, text: { zh: 无异味, en: No smell } }
            - { id: outlet, text: { zh: 出站压力表, en: Outlet gauge }, reading: { unit: MPa, min: 0.3, max: 0.45 } }
        - place: fence
`;

/** One picture, again and again, as an uncompressed film for the browser's camera. */
function filmOf(text: string): Buffer {
  const { modules } = create(text, { errorCorrectionLevel: 'Q' });
  const [width, height, scale] = [640, 480, 8];
  const luma = Buffer.alloc(width * height, 235);
  const [left, top] = [Math.round((width - modules.size * scale) / 2), Math.round((height - modules.size * scale) / 2)];
  for (let row = 0; row < modules.size * scale; row += 1)
    for (let column = 0; column < modules.size * scale; column += 1)
      if (modules.get(Math.floor(row / scale), Math.floor(column / scale))) luma[(top + row) * width + left + column] = 16;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame, frame, frame]);
}

describe.skipIf(browser === null)('a patrol', () => {
  let plant: OwnPlant;
  let network: BadNetwork;
  let supervisor: GatewatchClient;
  let patrolId: string;
  const folder = temporaryFolder();
  beforeAll(async () => {
    plant = await startOwnPlant(() => plantText, { folder });
    network = await BadNetwork.start(plant.gatewatch.address);
    const admin = await plant.signIn();
    for (const [username, displayName, role] of [
      ['team', '赵刚', 'emergencyTeam'],
      ['supervisor', '李强', 'supervisor'],
    ] as const)
      await admin.addPerson({ username, displayName, role, password: passwordOf(username) });
    supervisor = await GatewatchClient.signIn(plant.gatewatch.address, 'supervisor', passwordOf('supervisor'));
  });
  afterAll(async () => {
    await network?.stop();
    await plant?.stop();
  });

  const patrol = () => supervisor.get<PatrolView>(`/api/patrols/${patrolId}`);
  const eventually = <Value>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 30_000, interval: 100 });
  async function takeOut(more: readonly string[] = []): Promise<{ context: BrowserContext; page: Page }> {
    const context = await openPhone(temporaryFolder(), more);
    if (context === null) throw new Error('no browser');
    onTestFinished(() => context.close());
    const page = context.pages()[0] ?? (await context.newPage());
    await signInOnPhone(page, network.address, 'team');
    await untilLive(page);
    return { context, page };
  }
  async function openRound(page: Page): Promise<void> {
    await page.getByRole('link', { name: /巡查/ }).tap();
    await page.getByTestId(`patrol-${patrolId}`).tap();
    await page.getByTestId('patrol-points').waitFor();
  }

  test('labels are drawn for each place of a station; walked on a phone from their pictures, one point without network', async () => {
    await eventually(
      async () => (await supervisor.get<PatrolSummary[]>('/api/patrols')).find(({ state }) => state === 'open')?.id,
    ).toBeDefined();
    patrolId = (await supervisor.get<PatrolSummary[]>('/api/patrols')).find(({ state }) => state === 'open')?.id ?? '';

    const desk = await openSignedIn(browser, plant.gatewatch.address, 'supervisor', passwordOf('supervisor'));
    await desk.page.keyboard.press('g');
    await desk.page.keyboard.press('l');
    await desk.page.getByTestId('patrol-table').waitFor();
    expect(await seriousFaults(desk.page)).toEqual([]);
    await picture(desk.page, 'patrol-now');
    await desk.page.getByTestId('tab-labels').click();
    const labelPicture = async (station: string, placeId: string): Promise<string> => {
      await desk.page.getByTestId('label-station').selectOption(station);
      const file = path.join(folder, `${station}-${placeId}.png`);
      await desk.page.getByTestId(`label-${placeId}`).locator('svg').screenshot({ path: file });
      return file;
    };
    const elsewhere = await labelPicture('RS-01', 'gate');
    const gate = await labelPicture('GS-01', 'gate');
    const skid = await labelPicture('GS-01', 'skid');
    expect(await seriousFaults(desk.page)).toEqual([]);
    await picture(desk.page, 'patrol-labels');
    await desk.page.emulateMedia({ media: 'print' });
    await picture(desk.page, 'patrol-labels-print');
    await desk.page.emulateMedia({ media: 'screen' });

    const { page } = await takeOut();
    await page.getByRole('link', { name: /巡查/ }).tap();
    await page.getByTestId(`patrol-${patrolId}`).waitFor();
    await picture(page, 'patrol-phone-list');
    await page.getByTestId(`patrol-${patrolId}`).tap();
    await page.getByTestId('patrol-points').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'patrol-phone-round');

    await page.getByTestId('scan').tap();
    await page.getByTestId('scan-photo').setInputFiles(elsewhere);
    await eventually(() => page.getByTestId('scan-problem').textContent()).toContain('高新调压站');
    await picture(page, 'patrol-phone-scanner');
    await page.getByTestId('scan-photo').setInputFiles(gate);
    await page.getByTestId('point-form').waitFor();
    expect(await page.getByTestId('confirm-point').isDisabled()).toBe(true);
    await page.getByTestId('ok-locked').tap();
    await pressTwice(page, 'confirm-point');
    await eventually(async () => (await patrol()).visits.map(({ placeId, proof, codeFault }) => ({ placeId, proof, codeFault }))).toEqual([
      { placeId: 'gate', proof: 'scan', codeFault: null },
    ]);

    network.cut();
    await page.getByTestId('scan').tap();
    await page.getByTestId('scan-photo').setInputFiles(skid);
    await page.getByTestId('point-form').waitFor();
    await page.getByTestId('ok-smell').tap();
    await page.getByTestId('value-outlet').fill('0,48');
    await page.getByTestId('ok-outlet').tap();
    await page.getByTestId('note-outlet').fill('指针超出绿区');
    await page.getByTestId('point-photo').setInputFiles(gate);
    await eventually(() => page.getByTestId('still-missing').count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await picture(page, 'patrol-phone-point');
    await pressTwice(page, 'confirm-point');
    await eventually(() => page.getByTestId('point-skid').getAttribute('data-state')).toBe('unsent');
    const madeAtMs = Date.now();
    network.mend();
    await page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    await eventually(async () => (await patrol()).photos.length).toBe(1);
    const walked = await patrol();
    const made = walked.visits.find(({ placeId }) => placeId === 'skid');
    expect(made).toMatchObject({ proof: 'scan', codeFault: null, by: { username: 'team' } });
    expect(made?.atMs).toBeLessThan(madeAtMs);
    // Ticked as it should be, and beyond its limits all the same.
    expect(made?.results.find(({ itemId }) => itemId === 'outlet')).toMatchObject({ result: 'failed', value: 0.48 });
    expect(walked.findings).toMatchObject([{ placeId: 'skid', number: expect.stringMatching(/^YH-/) }]);

    await page.getByTestId('point-fence').tap();
    await page.getByTestId('by-hand').tap();
    await page.getByTestId('hand-reason').fill('标签被撕毁');
    await pressTwice(page, 'confirm-point');
    await page.getByTestId('patrol-complete').waitFor();
    await eventually(async () => (await patrol()).state).toBe('done');
    await picture(page, 'patrol-phone-complete');

    await desk.page.getByTestId('tab-past').click();
    await desk.page.getByTestId(`patrol-${patrolId}`).getByRole('link').click();
    await desk.page.getByTestId('patrol-hazard').waitFor();
    expect(await desk.page.getByTestId('point-fence').textContent()).toContain('人工确认');
    expect(await seriousFaults(desk.page)).toEqual([]);
    await picture(desk.page, 'patrol-desk');
    await desk.page.getByTestId('patrol-hazard').click();
    await desk.page.getByTestId('hazard').waitFor();
    expect(await desk.page.getByTestId('hazard').textContent()).toContain('出站压力表 不合格：0.48 MPa：指针超出绿区');
    // In English, in the dark, on a narrow window.
    await desk.page.evaluate(() => localStorage.setItem('gatewatch.language', 'en'));
    await desk.page.emulateMedia({ colorScheme: 'dark' });
    await desk.page.setViewportSize({ width: 1_280, height: 800 });
    for (const address of [
      `/patrols/${patrolId}`,
      '/patrols',
      '/patrols?tab=past',
      '/patrols?tab=rounds',
      '/patrols?tab=labels&station=GS-01',
    ]) {
      await desk.page.goto(`${plant.gatewatch.address}${address}`);
      await desk.page.locator('.patrols table, .patrols ol, .patrols .label').first().waitFor();
      expect(await seriousFaults(desk.page), address).toEqual([]);
      expect(await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), address).toBeLessThanOrEqual(0);
    }
    await picture(desk.page, 'patrol-labels-en-dark');
    expect(desk.complaints).toEqual([]);
  }, 120_000);

  test('what was found is settled by whoever is responsible, on the phone, without network', async () => {
    const { findings } = await patrol();
    const id = findings[0]?.hazardId ?? '';
    const hazard = () => supervisor.get<HazardView>(`/api/hazards/${id}`);
    const decide = async (body: object): Promise<void> => {
      const { version } = await hazard();
      const answer = await supervisor.ask('POST', `/api/hazards/${id}/decisions`, { version, ...body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    };
    await decide({ kind: 'confirm', grade: 'ordinary', basis: '压力偏高' });
    const deadline = addDays(dateAt(Date.now(), 'Asia/Shanghai'), 10);
    const settled = {
      responsible: { username: 'team', name: '赵刚' },
      measure: '重新整定调压器',
      fundsYuan: 0,
      deadline,
      contingency: '切换副路',
    };
    await decide({ kind: 'plan', settled, reason: null });

    const { page } = await takeOut();
    await page.getByRole('link', { name: /隐患/ }).tap();
    await page.getByTestId(`hazard-${findings[0]?.number}`).waitFor();
    await picture(page, 'phone-hazards');
    await page.getByTestId(`hazard-${findings[0]?.number}`).tap();
    await page.getByTestId('phone-hazard').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await pressTwice(page, 'hazard-start');
    await eventually(async () => (await hazard()).state).toBe('rectifying');

    network.cut();
    await page.getByTestId('hazard-photo').setInputFiles(path.join(folder, 'GS-01-gate.png'));
    await page.getByTestId('hazard-unsent').waitFor();
    await page.getByTestId('hazard-words').fill('已整定到 0.40 MPa，复测正常');
    await picture(page, 'phone-hazard');
    await pressTwice(page, 'hazard-submit');
    await eventually(() => page.getByTestId('unsent').textContent()).toContain('2');
    network.mend();
    await page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    await eventually(async () => (await hazard()).photos.some(({ purpose }) => purpose === 'progress')).toBe(true);
    const submitted = await hazard();
    expect(submitted).toMatchObject({ state: 'submitted', submission: { by: { username: 'team' }, text: '已整定到 0.40 MPa，复测正常' } });
    await eventually(() => page.getByTestId('hazard-state').getAttribute('data-state')).toBe('submitted');
  }, 120_000);

  test('the camera reads a label; one that was replaced proves nothing, on the phone already', async () => {
    const labels = await supervisor.get<PatrolLabelView[]>('/api/patrols/labels?station=GS-01');
    const film = path.join(folder, 'label.y4m');
    writeFileSync(film, filmOf(labels.find(({ placeId }) => placeId === 'fence')?.text ?? ''));
    const { context, page } = await takeOut([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ]);
    await context.grantPermissions(['camera'], { origin: network.address });
    await openRound(page);
    await page.getByTestId('scan').tap();
    await page.getByTestId('point-form').waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('proof').textContent()).toContain('已扫码');
    await pressTwice(page, 'confirm-point');
    await eventually(async () => (await patrol()).visits.at(-1)).toMatchObject({ placeId: 'fence', proof: 'scan', codeFault: null });

    const replaced = await supervisor.ask('POST', '/api/patrols/labels', { stationId: 'GS-01', placeId: 'fence' });
    expect(replaced.status).toBe(201);
    await page.reload();
    await untilLive(page);
    await page.getByTestId('scan').tap();
    await eventually(() => page.getByTestId('scan-problem').textContent()).toContain('已作废');
  }, 90_000);
});
