// One alarm of a small plant whose people are told by SMS, and what the logs alone say of it, by its id.
import { expect, onTestFinished } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmStep } from '../../domain/tracing/alarm-step.ts';
import { addDutyPerson, signInDutyPerson } from './duty-person.ts';
import { startHttpReceiver } from './http-receiver.ts';
import { startTogglingDevices } from './toggling-devices.ts';

type LogLine = Readonly<Record<string, unknown>> & { readonly time: number; readonly step?: AlarmStep };

/** Devices, their plant file's text and the gateway of the SMS; ends with the test. */
export async function startFollowedPlant() {
  const devices = await startTogglingDevices({ devices: 1, pointsEach: 2, scanMs: 250, random: Math.random });
  onTestFinished(() => devices.stop());
  const gateway = await startHttpReceiver();
  onTestFinished(() => gateway.stop());
  gateway.answer = () => ({ kind: 'answer', status: 200, body: '{"code":0}' });
  const plant = {
    ...(JSON.parse(devices.plantText) as object),
    notifications: {
      sms: {
        url: gateway.url,
        insecure: true,
        body: { json: { to: '{{mobile}}', text: '{{text}}' } },
        success: { answer: { path: 'code', is: 0 } },
      },
    },
    duty: { escalation: [{ steps: [{ after: '100ms', to: { person: 'duty' }, channels: ['sms'] }] }] },
  };
  return { devices, gateway, plantText: JSON.stringify(plant, null, 1) };
}

export type FollowedPlant = Awaited<ReturnType<typeof startFollowedPlant>>;

/**
 * Lets one alarm rise in front of a page, waits until somebody has been told, acknowledges it, and finds the whole way in `logs` by the id that the page has.
 * `journalOfAlarm` is compared, too: what the log says stands in the journal stands there.
 */
export async function followOneAlarm(
  { devices, gateway }: FollowedPlant,
  address: string,
  firstPassword: string | null,
  logs: () => string,
) {
  const administrator = await addDutyPerson(address, firstPassword);
  const contact = { version: 0, email: null, mobile: '+8610000000001', language: 'zh', channels: null, quietHours: null };
  expect((await administrator.ask('PUT', '/api/people/duty/contact', contact)).status).toBe(200);
  const client = await signInDutyPerson(address);
  const socket = client.listen();
  onTestFinished(() => void socket.disconnect());
  const shown: AlarmView[] = [];
  const isSubscribed = new Promise<void>((resolve) => socket.on('snapshot', () => resolve()));
  socket.on('alarm', (message) => void shown.push(...message.alarms));
  socket.on('connect', () => socket.emit('subscribe', { stations: [] }));
  await isSubscribed;

  devices.toggle(Date.now(), 0);
  await expect.poll(() => shown.some((alarm) => alarm.state === 'unacknowledged'), { timeout: 20_000 }).toBe(true);
  const id = shown[0]?.id ?? '';
  await expect.poll(() => gateway.requests.length, { timeout: 20_000 }).toBe(1);
  const [alarm] = await client.alarms();
  expect(alarm?.id).toBe(id);
  const requestId = `test-${crypto.randomUUID()}`;
  const answer = await fetch(`${address}/api/alarms/${id}/acknowledge`, {
    method: 'POST',
    headers: { cookie: client.cookie, 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ version: alarm?.version }),
  });
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, requestId]);

  const lines = (): LogLine[] =>
    logs()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ correlationId }) => [correlationId].flat().includes(id))
      .sort((one, other) => one.time - other.time);
  const of = (step: AlarmStep) => lines().filter((line) => line.step === step);
  // The line of a request comes after its answer.
  await expect.poll(() => of('action').length, { timeout: 5_000 }).toBe(1);
  await expect.poll(() => of('notification').length, { timeout: 5_000 }).toBe(2);

  const journal = (await administrator.journal()).filter(({ occurrenceId }) => occurrenceId === id);
  const inJournal = (kind: string) => journal.find((entry) => entry.kind === kind)?.sequence;
  const [detected] = of('detected');
  expect(detected).toMatchObject({ condition: 'raise', cause: 'reading', value: 80, quality: 0, collectorId: 'default' });
  expect(detected).toMatchObject({ alarmId: alarm?.alarmId, deviceId: `${alarm?.stationId}.PLC-1`, pointId: alarm?.pointId });
  expect(detected?.scan).toBeGreaterThan(0);
  const [outbox] = of('outbox');
  const { outboxId, sequence } = outbox as LogLine;
  expect([typeof outboxId, sequence]).toEqual(['string', expect.any(Number)]);
  expect(of('link')).toMatchObject([{ outboxId, sequence }]);
  expect(of('received')).toMatchObject([{ outboxId, sequence, condition: 'raise' }]);
  expect(of('committed').find(({ kind }) => kind === 'alarm.raise')).toMatchObject({
    outboxId,
    sequence,
    journalSequence: inJournal('alarm.raise'),
  });
  expect(of('live')[0]).toMatchObject({ state: 'unacknowledged', pages: 1 });
  expect(of('notification')).toMatchObject([
    { msg: 'ordered', username: 'duty' },
    { msg: 'taken by the channel', channel: 'sms', attempt: 1, next: 'sent' },
  ]);
  expect(of('action')).toMatchObject([{ requestId, status: 200, username: 'duty' }]);
  expect(of('committed').find(({ kind }) => kind === 'alarm.acknowledge')).toMatchObject({
    username: 'duty',
    journalSequence: inJournal('alarm.acknowledge'),
  });
  // Nobody's number or words are in the log.
  expect(logs()).not.toContain('10000000001');
}
