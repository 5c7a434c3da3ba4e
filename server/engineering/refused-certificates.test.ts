import { expect, onTestFinished, test } from 'vitest';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { CollectorStatus, DeviceStatus } from '../../domain/messages/collector-status.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { SteeredClock } from '../../test/harness/steered-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 一, en: One }
    area: a
    devices:
      - { id: PLC-1, protocol: opcua, endpoint: 'opc.tcp://127.0.0.1:1', user: { name: r, passwordEnv: GATEWATCH_SECRET_X }, points: [{ tag: PT-101, name: p, range: { min: 0, max: 1 }, node: 'ns=1;s=p', defaultAlarms: false }] }
`);

const device = (connection: DeviceStatus['connection'], refusedCertificate: DeviceStatus['refusedCertificate'] = null): DeviceStatus => ({
  deviceId: 'GS-01.PLC-1',
  connection,
  reason: null,
  sinceMs: 5_000,
  scans: 0,
  scansMissed: 0,
  requests: 0,
  errors: 0,
  reconnects: 0,
  startLatenessP99Ms: 0,
  durationP50Ms: 0,
  durationP99Ms: 0,
  isInsecure: false,
  refusedCertificate,
});
const certificate = (thumbprint: string, verdict = 'BadCertificateUntrusted') => ({ thumbprint, subject: 'CN=PLC', verdict, atMs: 4_000 });

test('a refused certificate is a line once, another or another reason is one more, connected again one; a start of the server adds none', async () => {
  const clock = new SteeredClock();
  const dataDir = temporaryFolder();
  let devices: DeviceStatus[] = [];
  const start = () => startSmallServer(plant, { clock, dataDir, statusOf: (status: CollectorStatus) => ({ ...status, devices }) });
  let small: SmallServer = await start();
  onTestFinished(() => small.stop());
  const lines = async () =>
    ((await small.ask('auditor', 'GET', '/api/journal?limit=500')).body as JournalEntry[])
      .filter(({ kind }) => kind.startsWith('device.certificate'))
      .map(({ kind, detail }) => [kind.replace('device.certificate', ''), detail.thumbprint, detail.verdict]);
  /** As often as a collector says it in a few seconds. */
  const say = async (...said: Parameters<typeof device>) => {
    devices = [device(...said)];
    for (let times = 0; times < 5; times += 1) {
      small.beat();
      await small.ask('auditor', 'GET', '/api/session');
    }
  };
  await say('connected');
  await say('connecting');
  await say('failed', certificate('aa'));
  await say('connecting', certificate('aa'));
  expect(await lines()).toEqual([['Refused', 'aa', 'BadCertificateUntrusted']]);
  const [line] = ((await small.ask('auditor', 'GET', '/api/journal?limit=500')).body as JournalEntry[]).filter(
    ({ kind }) => kind === 'device.certificateRefused',
  );
  expect(line).toMatchObject({
    stationId: 'GS-01',
    occurredAtMs: 4_000,
    actor: { kind: 'system', part: 'collector default' },
    detail: { deviceId: 'GS-01.PLC-1', thumbprint: 'aa', subject: 'CN=PLC', verdict: 'BadCertificateUntrusted' },
  });
  // One that answers with another each time: at most a line a minute, and then the newest.
  for (const thumbprint of ['b1', 'b2', 'b3']) await say('failed', certificate(thumbprint));
  expect(await lines()).toHaveLength(1);
  clock.advance(61_000);
  await say('failed', certificate('b3'));
  expect((await lines())[0]).toEqual(['Refused', 'b3', 'BadCertificateUntrusted']);
  await small.stop();
  small = await start();
  await say('failed', certificate('b3'));
  expect(await lines()).toHaveLength(2);
  await say('failed', certificate('b3', 'BadCertificateRevoked'));
  await say('connected');
  await say('connected');
  expect((await lines()).map(([what, , verdict]) => [what, verdict])).toEqual([
    ['Accepted', undefined],
    ['Refused', 'BadCertificateRevoked'],
    ['Refused', 'BadCertificateUntrusted'],
    ['Refused', 'BadCertificateUntrusted'],
  ]);
});
