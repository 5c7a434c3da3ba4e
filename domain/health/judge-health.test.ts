// Each rule of RULES.md, at its bounds.
import { expect, test } from 'vitest';
import type { HealthCheckName } from './health-check.ts';
import { worstVerdict } from './health-check.ts';
import type { CollectorFacts, HealthFacts } from './health-facts.ts';
import { judgeHealth } from './judge-health.ts';

const nowMs = 1_800_000_000_000;
const dayMs = 86_400_000;
const historian: NonNullable<CollectorFacts['historian']> = {
  engine: 'duckdb',
  isAvailable: true,
  awayMs: 0,
  reason: null,
  spooled: 0,
  readingsPerSecond: 10,
  setAside: 0,
  dropped: 0,
  droppedLately: 0,
  spoolGrewLately: 0,
};
const collector: CollectorFacts = {
  collectorId: 'default',
  lastHeardAtMs: nowMs,
  isLive: true,
  plantVersion: 'v1',
  devices: 3,
  devicesConnected: 3,
  insecureDeviceIds: [],
  outboxPending: 0,
  outboxSinceMs: null,
  holder: null,
  historian,
};
const well: HealthFacts = {
  nowMs,
  startedAtMs: nowMs - dayMs,
  plantVersion: 'v1',
  collectors: [collector],
  link: { engine: 'in-process', isConnected: true, reason: null },
  hasHistory: true,
  setAside: { count: 0, lastAtMs: null },
  journal: { entries: 10, verifiedAtMs: nowMs - dayMs, brokenAt: null },
  backup: { everyMs: dayMs, sinceMs: nowMs - dayMs, last: { atMs: nowMs - dayMs, bytes: 5, folder: '/b' }, failure: null },
  disks: [{ place: 'server', folder: '/data', freeBytes: 50, totalBytes: 100 }],
  certificates: [{ use: 'device', name: 'PLC', validToMs: nowMs + 400 * dayMs }],
  clocks: [{ place: 'GS-01.PLC-1', kind: 'device', offsetMs: -500 }],
  memory: { usedBytes: 10, mostBytes: 100, residentBytes: 20 },
  eventLoopDelayMs: 10,
  northbound: [{ name: 'opcua', isFailing: false, isStarting: false, reason: null, sinceMs: nowMs, isInsecure: false }],
  channels: [{ name: 'email', isFailing: false, isStarting: false, reason: null, sinceMs: null, isInsecure: false }],
  configured: {
    escalationSteps: 4,
    onDuty: 2,
    channels: 1,
    publicUrl: true,
    northbound: 1,
    responsePlans: 1,
    administrators: 2,
    isDemo: false,
  },
};

function verdictOf(facts: Partial<HealthFacts>, name: HealthCheckName): string {
  const found = judgeHealth({ ...well, ...facts }).filter((check) => check.name === name);
  const [check] = found;
  if (check === undefined) return 'none';
  return check.cause === '' || name === 'clock' ? check.verdict : `${check.verdict} ${check.cause}`;
}
const withCollector = (change: Partial<CollectorFacts>): Partial<HealthFacts> => ({ collectors: [{ ...collector, ...change }] });
const backup = (change: Partial<HealthFacts['backup']>): Partial<HealthFacts> => ({ backup: { ...well.backup, ...change } });
const withHistorian = (change: Partial<typeof historian>): Partial<HealthFacts> =>
  withCollector({ historian: { ...historian, ...change } });

test('a plant in order has nothing but ok', () => {
  expect(judgeHealth(well).filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(worstVerdict(judgeHealth(well))).toBe('ok');
});

test.each([
  ['HE1 silent', withCollector({ isLive: false }), 'collector', 'act silent'],
  [
    'HE1 never heard',
    withCollector({ isLive: false, lastHeardAtMs: null, plantVersion: null, historian: null }),
    'collector',
    'act neverHeard',
  ],
  ['HE2', withCollector({ plantVersion: 'v0' }), 'collectorPlant', 'act'],
  ['HE3 just begun', withCollector({ outboxPending: 5, outboxSinceMs: nowMs - 10_000 }), 'outbox', 'ok'],
  ['HE3 a while', withCollector({ outboxPending: 5, outboxSinceMs: nowMs - 10_001 }), 'outbox', 'look'],
  ['HE3 long', withCollector({ outboxPending: 5, outboxSinceMs: nowMs - 60_001 }), 'outbox', 'act'],
  ['HE4 away for a moment', withHistorian({ isAvailable: false, awayMs: 10_000 }), 'historian', 'look away'],
  ['HE4 away', withHistorian({ isAvailable: false, awayMs: 10_001 }), 'historian', 'act away'],
  ['HE4 dropping', withHistorian({ dropped: 9, droppedLately: 1 }), 'historian', 'act dropping'],
  ['HE4 dropped before', withHistorian({ dropped: 9 }), 'historian', 'look dropped'],
  ['HE4 set aside', withHistorian({ setAside: 1 }), 'historian', 'look setAside'],
  ['HE4 a spool of half a minute is none', withHistorian({ spooled: 400 }), 'spool', 'ok'],
  ['HE4 spooling', withHistorian({ spooled: 401 }), 'spool', 'look'],
  ['HE4 spool grows', withHistorian({ spooled: 100, spoolGrewLately: 1 }), 'spool', 'act'],
  ['HE5 a fifth', { disks: [{ place: 'server', folder: '/', freeBytes: 20, totalBytes: 100 }] }, 'disk', 'ok'],
  ['HE5 less', { disks: [{ place: 'server', folder: '/', freeBytes: 19.9, totalBytes: 100 }] }, 'disk', 'look'],
  ['HE5 a tenth', { disks: [{ place: 'server', folder: '/', freeBytes: 10, totalBytes: 100 }] }, 'disk', 'look'],
  ['HE5 almost full', { disks: [{ place: 'server', folder: '/', freeBytes: 9.9, totalBytes: 100 }] }, 'disk', 'act'],
  ['HE6 two months', { certificates: [{ use: 'device', name: 'x', validToMs: nowMs + 60 * dayMs }] }, 'certificate', 'ok'],
  ['HE6 less', { certificates: [{ use: 'device', name: 'x', validToMs: nowMs + 59 * dayMs }] }, 'certificate', 'look'],
  ['HE6 30 days', { certificates: [{ use: 'device', name: 'x', validToMs: nowMs + 30 * dayMs }] }, 'certificate', 'look'],
  ['HE6 29 days', { certificates: [{ use: 'device', name: 'x', validToMs: nowMs + 29 * dayMs }] }, 'certificate', 'act'],
  ['HE6 over', { certificates: [{ use: 'device', name: 'x', validToMs: nowMs - 1 }] }, 'certificate', 'act ended'],
  ['HE7 ahead', { clocks: [{ place: 'x', kind: 'device', offsetMs: 501 }] }, 'clock', 'look'],
  ['HE7 2 s', { clocks: [{ place: 'x', kind: 'device', offsetMs: -2_000 }] }, 'clock', 'look'],
  ['HE7 behind', { clocks: [{ place: 'x', kind: 'device', offsetMs: -2_001 }] }, 'clock', 'act'],
  ['HE8 never', { journal: { entries: 1, verifiedAtMs: null, brokenAt: null } }, 'journalChain', 'look never'],
  ['HE8 long ago', { journal: { entries: 1, verifiedAtMs: nowMs - 9 * dayMs, brokenAt: null } }, 'journalChain', 'look'],
  ['HE8 broken', { journal: { entries: 1, verifiedAtMs: nowMs, brokenAt: { sequence: 7, reason: 'r' } } }, 'journalChain', 'act broken'],
  ['HE17 none', {}, 'setAside', 'none'],
  ['HE17 lately', { setAside: { count: 1, lastAtMs: nowMs - 3_599_999 } }, 'setAside', 'act'],
  ['HE17 before', { setAside: { count: 1, lastAtMs: nowMs - 3_600_000 } }, 'setAside', 'look'],
  ['HE16 room', {}, 'diskFull', 'none'],
  ['HE16 none', { disks: [{ place: 'server', folder: '/data', freeBytes: 1, totalBytes: 100, isFull: true }] }, 'diskFull', 'act'],
  ['HE15 one process only', {}, 'spare', 'none'],
  ['HE15 another may take over', withCollector({ holder: { node: 'one', sinceMs: nowMs, spares: 1 } }), 'spare', 'ok'],
  ['HE15 nobody may', withCollector({ holder: { node: 'one', sinceMs: nowMs, spares: 0 } }), 'spare', 'act'],
  ['HE14 late', backup({ last: { atMs: nowMs - 1.26 * dayMs, bytes: 5, folder: '/b' } }), 'backup', 'look'],
  ['HE14 very late', backup({ last: { atMs: nowMs - 2.01 * dayMs, bytes: 5, folder: '/b' } }), 'backup', 'act'],
  ['HE14 failing', backup({ failure: 'full' }), 'backup', 'look failing'],
  ['HE14 failed for long', backup({ failure: 'full', last: null, sinceMs: nowMs - 3 * dayMs }), 'backup', 'act failed'],
  ['HE14 the first is under way', backup({ last: null, sinceMs: nowMs - 60_000 }), 'backup', 'ok first'],
  ['HE14 by hand, a week', backup({ everyMs: null, last: { atMs: nowMs - 7 * dayMs, bytes: 5, folder: '/b' } }), 'backup', 'ok'],
  ['HE14 by hand, long ago', backup({ everyMs: null, last: { atMs: nowMs - 60 * dayMs, bytes: 5, folder: '/b' } }), 'backup', 'look'],
  ['HE14 none', backup({ everyMs: null, last: null }), 'noBackup', 'look'],
  ['HE10 no duty', { configured: { ...well.configured, escalationSteps: 0, onDuty: 0 } }, 'noEscalation', 'look'],
  ['HE10 roster is empty', { configured: { ...well.configured, onDuty: 0 } }, 'nobodyOnDuty', 'look'],
  [
    'HE10 an empty roster is no matter without escalation',
    { configured: { ...well.configured, escalationSteps: 0, onDuty: 0 } },
    'nobodyOnDuty',
    'none',
  ],
  ['HE10 no channel', { configured: { ...well.configured, channels: 0 } }, 'noChannel', 'look'],
  ['HE10 no address', { configured: { ...well.configured, publicUrl: false } }, 'noPublicUrl', 'look'],
  ['HE10 no history', { hasHistory: false }, 'noHistory', 'look'],
  ['HE10 no plans', { configured: { ...well.configured, responsePlans: 0 } }, 'noResponsePlans', 'look'],
  ['HE10 no interface', { configured: { ...well.configured, northbound: 0 } }, 'noNorthbound', 'look'],
  ['HE10 one administrator', { configured: { ...well.configured, administrators: 1 } }, 'oneAdministrator', 'look'],
  ['HE10 the demo has one', { configured: { ...well.configured, administrators: 1, isDemo: true } }, 'oneAdministrator', 'none'],
  ['HE11', { memory: { usedBytes: 71, mostBytes: 100, residentBytes: 0 } }, 'memory', 'look'],
  ['HE11 full', { memory: { usedBytes: 86, mostBytes: 100, residentBytes: 0 } }, 'memory', 'act'],
  ['HE11 held up', { eventLoopDelayMs: 201 }, 'eventLoop', 'look'],
  ['HE11 held up long', { eventLoopDelayMs: 1_001 }, 'eventLoop', 'act'],
  ['HE12 lost', withCollector({ devicesConnected: 2 }), 'devices', 'look'],
  ['HE12 insecure', withCollector({ insecureDeviceIds: ['GS-01.PLC-1'] }), 'insecureDevices', 'look'],
  ['link', { link: { engine: 'nats', isConnected: false, reason: 'closed' } }, 'link', 'act'],
] as const)('[%s]', (_rule, facts, name, wanted) => {
  expect(verdictOf(facts as Partial<HealthFacts>, name)).toBe(wanted);
});

test.each([
  [599_999, 'look failing'],
  [600_000, 'act failing'],
])('[HE9] what fails for %s ms is %s', (failingMs, wanted) => {
  const part = { name: 'x', isFailing: true, isStarting: false, reason: 'refused', sinceMs: nowMs - failingMs, isInsecure: false };
  expect(verdictOf({ northbound: [part] }, 'northbound')).toBe(wanted);
  expect(verdictOf({ channels: [part] }, 'channel')).toBe(wanted);
});
