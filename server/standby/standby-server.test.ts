// What a server that stands by says of itself, which nobody else can say for it.
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { startStandbyServer } from './standby-server.ts';

async function start(leader: string, isDatabaseThere = true) {
  const server = await startStandbyServer({
    leader,
    isDatabaseThere: () => isDatabaseThere,
    http: { host: '127.0.0.1', port: 0 },
    policy: { trustedProxies: [] },
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => server.stop());
  const ask = async (path: string) => {
    const response = await fetch(`${server.address}${path}`);
    return { status: response.status, body: (await response.json()) as object };
  };
  return { address: server.address, stop: () => server.stop(), ask };
}

describe('a server that stands by', () => {
  test('is ready while its database answers and the one in charge is there', async () => {
    const inCharge = await start('');
    const standby = await start(inCharge.address);
    expect(await standby.ask('/readyz')).toEqual({
      status: 200,
      body: {
        status: 'ready',
        role: 'standby',
        parts: [
          { name: 'journal', isReady: true, reason: null },
          { name: 'serverInCharge', isReady: true, reason: null },
        ],
      },
    });
    await inCharge.stop();
    expect(await standby.ask('/readyz')).toMatchObject({ status: 503, body: { parts: [{}, { isReady: false, reason: 'noAnswer' }] } });
    expect(await standby.ask('/healthz')).toMatchObject({ status: 200, body: { role: 'standby', inCharge: inCharge.address } });
  });

  test('is not ready without its database, nor while nobody is in charge; that it is alive it says all the same', async () => {
    const inCharge = await start('');
    expect(await (await start(inCharge.address, false)).ask('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'notReady', parts: [{ name: 'journal', isReady: false, reason: 'noAnswer' }, { isReady: true }] },
    });
    expect(await inCharge.ask('/readyz')).toMatchObject({ status: 503, body: { parts: [{}, { isReady: false, reason: 'nobody' }] } });
    expect(await inCharge.ask('/healthz')).toMatchObject({ status: 200, body: { inCharge: null } });
    expect(await inCharge.ask('/api/alarms')).toMatchObject({ status: 503, body: { code: 'noServerInCharge' } });
  });
});
