// A phone in a van, in a real browser: installed, four buttons, the network lost and found, closed and opened again, another person's hands, push.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { pushMessageSchema } from '../../domain/notification/push-message.ts';
import { launchChromium } from '../harness/chromium.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { fillInSignIn, openStage, type PhoneStage, passwordOf, pressTwice, signInOnPhone, takeOutPhone, untilLive } from './phone-stage.ts';

const probe = await launchChromium();
const hasBrowser = probe !== null;
await probe?.close();

/** In the worker. */
function catchNotifications(): void {
  const scope = globalThis as unknown as { shown: { title: string; options: unknown }[]; registration: ServiceWorkerRegistration };
  scope.shown = [];
  scope.registration.showNotification = async (title, options) => void scope.shown.push({ title, options });
}

/** In the worker: what the browser does when a notification is tapped. */
function tapNotification(path: string): void {
  const event = new Event('notificationclick');
  Object.assign(event, {
    notification: { close: () => undefined, data: { path } },
    waitUntil: (work: Promise<unknown>) => work.catch(() => undefined),
  });
  globalThis.dispatchEvent(event);
}

async function pushDeliverer(page: Page, origin: string): Promise<(data: string) => Promise<void>> {
  const inspector = await page.context().newCDPSession(page);
  const registrationId = new Promise<string>((resolve) => {
    inspector.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [registration] = registrations;
      if (registration !== undefined) resolve(registration.registrationId);
    });
  });
  await inspector.send('ServiceWorker.enable');
  const id = await registrationId;
  return async (data) => void (await inspector.send('ServiceWorker.deliverPushMessage', { origin, registrationId: id, data }));
}

/** What this person did in the incident, in the order in which the server took it. */
function doneBy(incident: IncidentView, username: string) {
  return incident.timeline
    .flatMap((entry) => (entry.source === 'incident' ? [entry] : []))
    .filter(({ event }) => event.by?.username === username)
    .sort((one, other) => one.position - other.position)
    .map(({ event }) => event);
}

/** Bounded, and generous: the machine of the tests may be busy with other things. */
const eventually = <Value>(look: () => Value | Promise<Value>) => expect.poll(look, { timeout: 30_000, interval: 50 });
const stateOf = (page: Page, step: string) => page.getByTestId(`step-${step}`).getAttribute('data-state');
const unsentCount = async (page: Page): Promise<string> => ((await page.getByTestId('unsent').textContent()) ?? '').replace(/\D/g, '');

describe.skipIf(!hasBrowser)('the phone', () => {
  let stage: PhoneStage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.stop());

  const alarmOf = async (alarmId: string): Promise<AlarmView | undefined> =>
    (await stage.duty.alarms('?state=all')).find((alarm) => alarm.alarmId === alarmId);
  const pressure = 'RS-01.PT-101.high';
  const gas = 'RS-01.GD-501.highHigh';

  test('can be installed: manifest, icons and a service worker that has taken over', async () => {
    const { context, page, complaints } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await page.goto(`${stage.network.address}/phone`);
    await page.getByTestId('sign-in-submit').waitFor();
    expect(new URL(page.url()).pathname).toBe('/phone/');
    await eventually(() => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL ?? '')).toBe(
      `${stage.network.address}/phone/service-worker.js`,
    );
    const inspector = await context.newCDPSession(page);
    const { installabilityErrors } = await inspector.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
    const { data } = await inspector.send('Page.getAppManifest');
    expect(JSON.parse(data ?? '')).toMatchObject({ name: '站哨 抢险', start_url: '/phone/', scope: '/phone/', display: 'standalone' });
    await page.getByRole('button', { name: 'English' }).tap();
    await eventually(async () => JSON.parse((await inspector.send('Page.getAppManifest')).data ?? '{}').name).toBe('Gatewatch Field');
    // Without a server at all the app still opens.
    stage.network.cut();
    onTestFinished(() => stage.network.mend());
    await page.reload();
    await eventually(() => page.locator('body').textContent()).toMatch(/cannot be reached|Reading/);
    expect(complaints).toEqual([]);
  });

  test('the four buttons, the network lost in the middle, the app closed and opened again: each step once, in order, with its own time', async () => {
    const incident = await stage.openIncident('群众来电');
    const profile = temporaryFolder();
    const first = await takeOutPhone(profile);
    await signInOnPhone(first.page, stage.network.address, 'team');
    await untilLive(first.page);
    await first.page.getByTestId('incident-row').first().tap();
    await pressTwice(first.page, 'step-onTheWay');
    await eventually(() => stateOf(first.page, 'onTheWay')).toBe('done');
    expect(await first.page.getByTestId('unsent').count()).toBe(0);
    // A glove brushes over the screen: nothing happens.
    await first.page.getByTestId('step-arrive').tap();
    await eventually(() => first.page.getByTestId('step-arrive').getAttribute('data-asking')).toBe(null);
    expect(doneBy(await stage.incident(incident.id), 'team').map(({ kind }) => kind)).toEqual(['onTheWay']);

    // The answer to the next one is lost: it was applied, and the phone does not know.
    stage.network.loseAnswersTo(/\/actions$/);
    onTestFinished(() => stage.network.loseAnswersTo(null));
    await pressTwice(first.page, 'step-arrive');
    await eventually(() => stateOf(first.page, 'arrive')).toBe('unsent');
    await eventually(async () => doneBy(await stage.incident(incident.id), 'team').map(({ kind }) => kind)).toEqual(['onTheWay', 'arrive']);
    stage.network.cut();
    stage.network.loseAnswersTo(null);
    await first.context.setOffline(true);
    await first.page.getByTestId('not-live').waitFor();
    await pressTwice(first.page, 'step-control');
    await first.page.getByTestId('note').fill('阀门已关');
    await first.page.getByTestId('send-note').tap();
    await first.page.getByTestId('tick-closeInlet').tap();
    await eventually(() => unsentCount(first.page)).toBe('4');
    expect(first.complaints).toEqual([]);
    await first.context.close();

    const second = await takeOutPhone(profile);
    onTestFinished(() => second.context.close());
    await second.context.setOffline(true);
    await second.page.goto(`${stage.network.address}/phone/`);
    await eventually(() => unsentCount(second.page)).toBe('4');
    await second.page.getByTestId('not-live').waitFor();
    // What it shows has its age, and no value is shown as if it were live.
    await second.page.getByTestId('as-of').waitFor();
    await second.page.getByTestId('incident-row').first().tap();
    await eventually(() => stateOf(second.page, 'control')).toBe('unsent');
    expect(await second.page.getByTestId('tick-closeInlet').isChecked()).toBe(true);
    await eventually(() => second.page.getByTestId('point-line').first().textContent()).toMatch(/—/);
    await pressTwice(second.page, 'step-restore');
    await eventually(() => unsentCount(second.page)).toBe('5');

    stage.network.mend();
    await second.context.setOffline(false);
    await second.page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    const events = doneBy(await stage.incident(incident.id), 'team');
    expect(events.map(({ kind }) => kind)).toEqual(['onTheWay', 'arrive', 'control', 'note', 'tick', 'restore']);
    expect(new Set(events.map(({ actionId }) => actionId)).size).toBe(6);
    const stated = events.map(({ statedAtMs }) => statedAtMs ?? 0);
    expect(stated).toEqual([...stated].sort((one, other) => one - other));
    for (const event of events.slice(2)) expect(event.receivedAtMs).toBeGreaterThan(event.atMs);
    // The step whose answer was lost went out again and took effect once; so does one whose answer was slow to come.
    const sent = stage.network.passed.filter(({ path }) => path === `/api/incidents/${incident.id}/actions`);
    // It may have tried again, and lost that answer too, before the network was cut.
    expect(sent.filter(({ wasAnswerLost }) => wasAnswerLost).length).toBeGreaterThanOrEqual(1);
    expect(sent.length).toBeGreaterThanOrEqual(events.length + 1);
    await eventually(() => stateOf(second.page, 'restore')).toBe('done');
    expect(second.complaints).toEqual([]);
  });

  test('held down it acts at once; a photo waits like everything else and arrives', async () => {
    const incident = await stage.openIncident('气味');
    const { context, page } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'second');
    await page.getByTestId('incident-row').first().tap();
    const box = await page.getByTestId('step-onTheWay').boundingBox();
    if (box === null) throw new Error('no button');
    await page.mouse.move(box.x + 50, box.y + 20);
    await page.mouse.down();
    await eventually(() => stateOf(page, 'onTheWay')).toMatch(/unsent|done/);
    await page.mouse.up();
    await eventually(() => stateOf(page, 'onTheWay')).toBe('done');
    stage.network.cut();
    const picture = await page.screenshot({ type: 'png' });
    await page.getByTestId('note').fill('现场照片');
    await page.getByTestId('photo').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: picture });
    await eventually(() => unsentCount(page)).toBe('1');
    stage.network.mend();
    await page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    const { photos } = await stage.incident(incident.id);
    expect(photos).toMatchObject([{ caption: '现场照片', mediaType: 'image/jpeg', by: { username: 'second' } }]);
    expect(photos[0]?.bytes).toBeLessThan(300_000);
  });

  test('an acknowledgement made without network is bound to its occurrence: it holds for one that cleared, and never for one that came anew', async () => {
    stage.setPressure(600);
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('unacknowledged');
    const { context, page } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'team');
    await untilLive(page);
    const acknowledgeWithoutNetwork = async (): Promise<void> => {
      await page.getByRole('link', { name: /^报警/ }).tap();
      await page.locator(`[data-alarm-id="${pressure}"]`).tap();
      await page.getByTestId('acknowledge').waitFor();
      expect(await page.getByTestId('correlation-id').textContent()).toBe((await alarmOf(pressure))?.id);
      stage.network.cut();
      await pressTwice(page, 'acknowledge');
      await page.getByTestId('acknowledgement-waiting').waitFor();
      await eventually(() => unsentCount(page)).toBe('1');
    };
    const allSent = async (): Promise<void> => {
      stage.network.mend();
      await page.getByTestId('unsent').waitFor({ state: 'detached', timeout: 90_000 });
    };

    // It only cleared meanwhile: the same occurrence, acknowledged.
    const one = await alarmOf(pressure);
    await acknowledgeWithoutNetwork();
    stage.setPressure(300);
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('returnedUnacknowledged');
    await allSent();
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('normal');
    const lines = await stage.admin.journal();
    const acknowledged = lines.filter(({ kind, alarmId }) => kind === 'alarm.acknowledge' && alarmId === pressure);
    expect(acknowledged).toMatchObject([{ occurrenceId: one?.id, actor: { username: 'team' }, detail: { actionId: expect.any(String) } }]);

    // It came again: what was said of the earlier one is not said of the new one.
    stage.setPressure(600);
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('unacknowledged');
    await untilLive(page);
    await acknowledgeWithoutNetwork();
    stage.setPressure(300);
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('returnedUnacknowledged');
    stage.setPressure(600);
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('unacknowledged');
    await allSent();
    await page.getByTestId('answered').tap();
    await eventually(() => page.getByTestId('refused-action').textContent()).toMatch(/已再次发生/);
    expect(await alarmOf(pressure)).toMatchObject({ state: 'unacknowledged', acknowledgedBy: null });
    await page.getByTestId('dismiss').tap();
    await page.getByTestId('refused-action').waitFor({ state: 'detached' });
    // Looked at anew, it is acknowledged like any other.
    await page.getByRole('link', { name: /^报警/ }).tap();
    await page.locator(`[data-alarm-id="${pressure}"]`).tap();
    await pressTwice(page, 'acknowledge');
    await eventually(async () => (await alarmOf(pressure))?.state).toBe('acknowledged');
    stage.setPressure(300);
  });

  test('a critical alarm that rose and cleared while the phone was away is there when it comes back, and asks for words', async () => {
    const { context, page } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'team');
    await untilLive(page);
    stage.network.cut();
    await page.getByTestId('not-live').waitFor();
    stage.setGas(80);
    await eventually(async () => (await alarmOf(gas))?.state).toBe('unacknowledged');
    stage.setGas(0);
    await eventually(async () => (await alarmOf(gas))?.state).toBe('returnedUnacknowledged');
    stage.network.mend();
    await untilLive(page);
    await page.getByRole('link', { name: /^报警/ }).tap();
    const row = page.locator(`[data-alarm-id="${gas}"]`);
    await eventually(() => row.textContent()).toMatch(/已恢复未确认/);
    await row.tap();
    await eventually(() => page.getByTestId('acknowledge').isDisabled()).toBe(true);
    await page.getByRole('button', { name: '正在现场检查' }).tap();
    await pressTwice(page, 'acknowledge');
    await eventually(async () => (await alarmOf(gas))?.state).toBe('normal');
  });

  test('the sign-in ends while something is unsent: it waits, is not sent by another person, and goes on when its own is back', async () => {
    const incident = await stage.openIncident('换人');
    const { context, page } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'team');
    await untilLive(page);
    await page.getByTestId('incident-row').first().tap();
    await page.getByTestId('step-onTheWay').waitFor();
    stage.network.cut();
    await pressTwice(page, 'step-onTheWay');
    await eventually(() => unsentCount(page)).toBe('1');
    const changed = await stage.admin.ask('POST', '/api/users/team/password', { password: 'another-password-2' });
    expect(changed.status).toBe(204);
    stage.network.mend();
    await page.getByTestId('unsent-of').waitFor({ timeout: 90_000 });
    expect(await page.getByTestId('unsent-of').textContent()).toMatch(/赵刚/);

    await fillInSignIn(page, 'second');
    await untilLive(page);
    await page.goto(`${stage.network.address}/phone/queue`);
    await eventually(() => page.getByTestId('queue-of-others').textContent()).toMatch(/赵刚/);
    await eventually(async () => doneBy(await stage.incident(incident.id), 'second')).toEqual([]);
    await page.goto(`${stage.network.address}/phone/settings`);
    await pressTwice(page, 'sign-out');
    await page.getByTestId('unsent-of').waitFor({ timeout: 30_000 });
    await fillInSignIn(page, 'team', 'another-password-2');
    await untilLive(page);
    await eventually(async () => doneBy(await stage.incident(incident.id), 'team').map(({ kind }) => kind)).toEqual(['onTheWay']);
    expect(doneBy(await stage.incident(incident.id), 'second')).toEqual([]);
    const back = await stage.admin.ask('POST', '/api/users/team/password', { password: passwordOf('team') });
    expect(back.status).toBe(204);
  });

  test('push: turned on, an incident reaches the phone’s push service encrypted, the worker shows it, a tap opens it; signing out turns it off', async () => {
    const device = stage.push.newPhone();
    const { context, page, complaints } = await takeOutPhone(temporaryFolder(), device);
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'team');
    await page.getByRole('link', { name: /^设置/ }).tap();
    await page.getByTestId('push-on').tap();
    await eventually(() => page.getByTestId('push-state').getAttribute('data-state')).toBe('on');
    await page.getByTestId('push-test').tap();
    await page.getByTestId('push-tested').waitFor();
    expect(stage.push.receivedBy(device).map(({ text }) => pushMessageSchema.parse(JSON.parse(text)).title)).toEqual(['站哨：测试通知']);

    const incident = await stage.openIncident('推送');
    await eventually(() => stage.push.receivedBy(device).length).toBe(2);
    const text = stage.push.receivedBy(device)[1]?.text ?? '';
    const message = pushMessageSchema.parse(JSON.parse(text));
    expect(message).toMatchObject({ urgency: 'critical', path: `/phone/incidents/${incident.id}` });
    expect(message.title).toMatch(/高新调压站 燃气泄漏/);
    expect(stage.push.faults).toEqual([]);

    // The worker gets it as from the push service. What it shows is caught in its hand: a browser without a screen shows nothing.
    const [worker] = context.serviceWorkers();
    if (worker === undefined) throw new Error('no worker');
    await worker.evaluate(catchNotifications);
    const deliver = await pushDeliverer(page, stage.network.address);
    const shown = () => worker.evaluate(() => (globalThis as unknown as { shown: readonly { title: string; options: object }[] }).shown);
    await deliver(text);
    await eventually(shown).toMatchObject([
      { title: message.title, options: { body: message.text, tag: message.tag, renotify: true, requireInteraction: true, lang: 'zh-CN' } },
    ]);
    // What cannot be read is not swallowed.
    await deliver('no JSON');
    await eventually(async () => (await shown()).at(-1)?.title).toBe('站哨 Gatewatch');
    await worker.evaluate(tapNotification, message.path);
    await page.getByTestId('step-onTheWay').waitFor();
    expect(new URL(page.url()).pathname).toBe(message.path);

    await page.getByRole('link', { name: /^设置/ }).tap();
    await pressTwice(page, 'sign-out');
    await page.getByTestId('sign-in-submit').waitFor();
    await stage.openIncident('无人');
    const kinds = (await stage.admin.journal()).map(({ kind }) => kind).filter((kind) => kind.startsWith('push.'));
    expect(kinds).toEqual(['push.subscribe', 'push.unsubscribe']);
    expect(stage.push.receivedBy(device)).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  test('a new version of the app is offered and taken only when the person says so', async () => {
    const { context, page } = await takeOutPhone(temporaryFolder());
    onTestFinished(() => context.close());
    await signInOnPhone(page, stage.network.address, 'team');
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      (globalThis as unknown as { isSamePage: boolean }).isSamePage = true;
    });
    stage.network.appendTo('/phone/service-worker.js', '\n// a newer one');
    await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    const band = page.getByTestId('update');
    await band.waitFor({ timeout: 30_000 });
    expect(await page.evaluate(() => (globalThis as unknown as { isSamePage?: boolean }).isSamePage)).toBe(true);
    await band.getByRole('button').tap();
    await eventually(() => page.evaluate(() => (globalThis as unknown as { isSamePage?: boolean }).isSamePage ?? false)).toBe(false);
    await page.getByTestId('connection').waitFor();
    expect(await band.count()).toBe(0);
  });
});
