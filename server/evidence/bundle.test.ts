// A bundle from journal and readings, made by the server's own code and checked by the verifier, which knows nothing of the server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  dayStartMs,
  type EvidenceRig,
  evidenceRig,
  headsOf,
  hourMs,
  minuteMs,
  verifyFile,
  writeAnHour,
} from '../../test/harness/evidence-rig.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';

let rig: EvidenceRig;
let bundle: Awaited<ReturnType<EvidenceRig['build']>>;

const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const alarm = (number: number, detail: Record<string, unknown> = {}) => ({
  alarmId: 'GS-01.PT-101.high',
  occurrenceId: occurrence(number),
  detail: { priority: 'high', value: 0.6, ...detail },
});
const person = { actor: { kind: 'person', username: 'duty', displayName: '王敏' } } as const;

beforeAll(async () => {
  rig = await evidenceRig(temporaryFolder());
  await rig.note('system.start', null);
  rig.clock.advance(5 * minuteMs);
  await rig.note('alarm.raise', 'GS-01', alarm(1));
  await rig.note('alarm.raise', 'GS-02', { ...alarm(2), alarmId: 'GS-02.PT-101.high' });
  rig.clock.advance(minuteMs);
  await rig.note('alarm.acknowledge', 'GS-01', { ...alarm(1), ...person });
  await rig.note('alarm.raise', 'GS-01', alarm(3, { isTest: true }));
  await rig.note('alarm.clear', 'GS-01', alarm(1));
  await rig.note('incident.open', 'GS-01', { detail: { isDrill: true } });
  writeAnHour(rig, 'GS-01');
  writeAnHour(rig, 'GS-02');
  rig.clock.advance(2 * hourMs);
  await rig.note('session.start', null, person);
  bundle = await rig.build();
});
afterAll(() => rig.stop());

test('what the server makes holds, and says what the data say', async () => {
  const verdict = await verifyFile(bundle.file);
  expect(verdict).toMatchObject({ kind: 'holds', isKeyTrusted: null });
  if (verdict.kind !== 'holds') return;
  expect(verdict.manifestHash).toBe(bundle.built.manifestHash);
  const { summary } = verdict;
  expect(summary.alarms).toMatchObject({ raised: 1, acknowledged: 1, cleared: 1, acknowledgedAfterSecondsMedian: 60 });
  expect(summary.alarmsUnderTest).toMatchObject({ raised: 1, acknowledged: 0, unacknowledged: 1 });
  expect(summary).toMatchObject({ incidents: 0, drills: 1, journal: { sealed: 2 } });
  expect(summary.points).toEqual([
    { id: 'GS-01.PT-101', readings: expect.any(Number), ms: { good: 45 * minuteMs, uncertain: 0, bad: 15 * minuteMs, notRecorded: 0 } },
    {
      id: 'GS-01.TT-101',
      readings: expect.any(Number),
      ms: { good: 3_600_000 - 30_000 - (720_000 + 10_000 - 75_000), uncertain: 30_000, bad: 0, notRecorded: 720_000 + 10_000 - 75_000 },
    },
  ]);
  expect(summary.stations).toEqual([
    {
      id: 'GS-01',
      points: 2,
      readings: expect.any(Number),
      goodShare: (45 * minuteMs + 3_570_000 - 655_000) / (2 * hourMs),
      longGaps: 2,
      longestGapSeconds: 900,
    },
  ]);
});

test('lines of another station, and those about persons, are sealed, and still in the chain', async () => {
  const other = await rig.build({ stationIds: ['GS-02'] });
  const verdict = await verifyFile(other.file);
  expect(verdict).toMatchObject({ kind: 'holds', summary: { alarms: { raised: 1 }, journal: { sealed: 6 } } });
});

test('the whole company has nothing sealed', async () => {
  const whole = await rig.build({ stationIds: ['GS-01', 'GS-02'], isWholeCompany: true });
  expect(await verifyFile(whole.file)).toMatchObject({ kind: 'holds', summary: { alarms: { raised: 2 }, journal: { sealed: 0 } } });
});

test('a key that the verifier trusts, or does not', async () => {
  const [key] = await rig.keys.publicKeys();
  expect(await verifyFile(bundle.file, { trustedKeyId: key?.keyId ?? '' })).toMatchObject({ kind: 'holds', isKeyTrusted: true });
  expect(await verifyFile(bundle.file, { trustedKeyId: '0123456789abcdef' })).toMatchObject({ kind: 'broken', step: 'signature' });
});

test('heads that somebody kept outside agree, and one of another past does not', async () => {
  const kept = (await headsOf(rig)).filter(({ head }) => head.atMs >= dayStartMs + hourMs);
  expect(kept.length).toBeGreaterThan(2);
  expect(await verifyFile(bundle.file, { outsideHeads: kept })).toMatchObject({
    kind: 'holds',
    outsideHeadsChecked: kept.filter(({ head }) => head.size <= 8).length,
  });
  const [first] = kept;
  if (first === undefined) throw new Error('no head');
  const another = { ...first, head: { ...first.head, root: 'ab'.repeat(32) } };
  expect(await verifyFile(bundle.file, { outsideHeads: [another] })).toMatchObject({
    kind: 'broken',
    step: 'journal',
    reason: expect.stringContaining('kept outside'),
  });
});

test('a bundle after the key was changed follows from the old key', async () => {
  const [old] = await rig.keys.publicKeys();
  const next = await rig.keys.rotate(rig.clock.nowMs());
  const signed = await rig.build();
  const verdict = await verifyFile(signed.file, { trustedKeyId: old?.keyId ?? '' });
  expect(verdict).toMatchObject({ kind: 'holds', isKeyTrusted: true });
  if (verdict.kind === 'holds') expect(verdict.manifest.keys.at(-1)?.keyId).toBe(next.keyId);
});
