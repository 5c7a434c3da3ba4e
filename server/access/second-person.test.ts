// Where somebody signs on another's console, his second factor is asked for as at his own sign-in.
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BegunSecondFactor } from '../../domain/api/account-api.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { SteeredClock } from '../../test/harness/steered-clock.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 一, en: One }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, register: { address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }] }
`);
const clock = new SteeredClock();
let small: SmallServer;
let codeNow: () => string;

beforeAll(async () => {
  small = await startSmallServer(plant, { clock });
  const begun = await small.ask('supervisor', 'POST', '/api/account/second-factor', { password: 'supervisor-demo' });
  const { secret } = begun.body as BegunSecondFactor;
  codeNow = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.nowMs() });
  expect((await small.ask('supervisor', 'POST', '/api/account/second-factor/confirm', { code: codeNow() })).status).toBe(200);
  clock.advance(90_000);
});
afterAll(() => small.stop());

test('an approval needs the approver’s code, and takes each code once', async () => {
  await small.raise('GS-01.PT-101.high');
  const remove = async (code?: string) => {
    const { version } = await small.alarm('GS-01.PT-101.high');
    const approver = { username: 'supervisor', password: 'supervisor-demo', ...(code === undefined ? {} : { code }) };
    return small.ask('engineer', 'POST', '/api/alarms/GS-01.PT-101.high/remove-from-service', {
      version,
      permit: 'W-1',
      compensatingMeasure: '人工巡检',
      untilMs: clock.nowMs() + 3_600_000,
      approver,
    });
  };
  expect(await remove()).toMatchObject({ status: 403, body: { reason: 'secondFactor' } });
  expect(await remove('000000')).toMatchObject({ status: 403, body: { reason: 'approvalRefused' } });
  const code = codeNow();
  expect((await remove(code)).status).toBe(200);
  const { version } = await small.alarm('GS-01.PT-101.high');
  expect((await small.ask('engineer', 'POST', '/api/alarms/GS-01.PT-101.high/return-to-service', { version })).status).toBe(200);
  expect(await remove(code)).toMatchObject({ status: 403 });
});

test('an own password is changed with the code as well, and a reset takes the second factor away', async () => {
  clock.advance(90_000);
  const change = (more: object) =>
    small.ask('supervisor', 'POST', '/api/session/password', { current: 'supervisor-demo', password: 'another-long-password', ...more });
  expect(await change({})).toMatchObject({ status: 403, body: { reason: 'secondFactor' } });
  expect(await change({ code: codeNow(), password: 'Password123456' })).toMatchObject({ status: 400, body: { reason: 'common' } });
  expect((await change({ code: codeNow() })).status).toBe(204);
  expect((await small.ask('admin', 'DELETE', '/api/users/supervisor/second-factor')).status).toBe(204);
  expect((await small.ask('admin', 'DELETE', '/api/users/supervisor/second-factor')).status).toBe(409);
  expect((await small.ask('admin', 'DELETE', '/api/users/admin/second-factor')).status).toBe(422);
  const account = await small.ask('supervisor', 'GET', '/api/account');
  expect(account.body).toMatchObject({ secondFactor: { isEnrolled: false, recoveryCodesLeft: 0 } });
});
