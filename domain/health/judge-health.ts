// From facts to verdicts, by the numbered rules of RULES.md. Pure; knows no words.
import type { HealthCheck, HealthCheckName, HealthGroup, HealthVerdict } from './health-check.ts';
import type { CollectorFacts, FailingFacts, HealthFacts } from './health-facts.ts';

const dayMs = 86_400_000;
const failingLongMs = 600_000;
const setAsideLatelyMs = 3_600_000;

type Values = HealthCheck['values'];

function check(
  group: HealthGroup,
  name: HealthCheckName,
  verdict: HealthVerdict,
  values: Values = {},
  { subject = '', cause = '' }: { readonly subject?: string; readonly cause?: string } = {},
): HealthCheck {
  return { group, name, verdict, values, subject, cause };
}

const above = (value: number, look: number, act: number): HealthVerdict => (value > act ? 'act' : value > look ? 'look' : 'ok');

/** HE7. */
export function clockVerdict(offsetMs: number): HealthVerdict {
  return above(Math.abs(offsetMs), 500, 2_000);
}

export function judgeHealth(facts: HealthFacts): HealthCheck[] {
  return [
    ...facts.collectors.flatMap((collector) => collectorChecks(collector, facts)),
    check('collection', 'link', facts.link.isConnected ? 'ok' : 'act', { engine: facts.link.engine, reason: facts.link.reason }),
    ...setAsideChecks(facts),
    ...facts.collectors.flatMap(historyChecks),
    journalCheck(facts),
    ...backupChecks(facts),
    ...facts.disks
      .filter(({ isFull }) => isFull === true)
      .map(({ place, folder, freeBytes }) => check('machine', 'diskFull', 'act', { freeBytes, folder }, { subject: place })),
    ...facts.disks.map(({ place, folder, freeBytes, totalBytes }) => {
      const freeShare = totalBytes === 0 ? 0 : freeBytes / totalBytes;
      const verdict: HealthVerdict = freeShare < 0.1 ? 'act' : freeShare < 0.2 ? 'look' : 'ok';
      return check('machine', 'disk', verdict, { freeBytes, totalBytes, freeShare, folder }, { subject: place });
    }),
    ...facts.clocks.map(({ place, kind, offsetMs }) =>
      check('machine', 'clock', clockVerdict(offsetMs), { offsetMs }, { subject: place, cause: kind }),
    ),
    ...facts.certificates.map(({ use, name, validToMs }) => {
      const days = Math.floor((validToMs - facts.nowMs) / dayMs);
      const verdict: HealthVerdict = days < 30 ? 'act' : days < 60 ? 'look' : 'ok';
      return check('machine', 'certificate', verdict, { days, validToMs, use }, { subject: name, cause: days < 0 ? 'ended' : '' });
    }),
    memoryCheck(facts),
    check('machine', 'eventLoop', above(facts.eventLoopDelayMs, 200, 1_000), { delayMs: facts.eventLoopDelayMs }),
    ...facts.northbound.map((part) => failingCheck('northbound', part, facts.nowMs)),
    ...facts.channels.map((part) => failingCheck('channel', part, facts.nowMs)),
    ...configurationChecks(facts),
  ];
}

/** HE1, HE2, HE3, HE12, HE15. */
function collectorChecks(collector: CollectorFacts, facts: HealthFacts): HealthCheck[] {
  const subject = collector.collectorId;
  const checks = [
    check(
      'collection',
      'collector',
      collector.isLive ? 'ok' : 'act',
      { lastHeardAtMs: collector.lastHeardAtMs },
      { subject, cause: collector.isLive ? '' : collector.lastHeardAtMs === null ? 'neverHeard' : 'silent' },
    ),
  ];
  if (collector.holder !== null) {
    const { node, sinceMs, spares } = collector.holder;
    checks.push(check('collection', 'spare', spares > 0 ? 'ok' : 'act', { node, sinceMs, spares }, { subject }));
  }
  if (collector.plantVersion === null) return checks;
  if (collector.plantVersion !== facts.plantVersion)
    checks.push(
      check('collection', 'collectorPlant', 'act', { collector: collector.plantVersion, server: facts.plantVersion }, { subject }),
    );
  const lost = collector.devices - collector.devicesConnected;
  checks.push(
    check(
      'collection',
      'devices',
      lost > 0 ? 'look' : 'ok',
      { lost, connected: collector.devicesConnected, all: collector.devices },
      { subject },
    ),
  );
  if (collector.insecureDeviceIds.length > 0)
    checks.push(check('collection', 'insecureDevices', 'look', { devices: collector.insecureDeviceIds.join(', ') }, { subject }));
  const waitingMs = collector.outboxSinceMs === null ? 0 : facts.nowMs - collector.outboxSinceMs;
  checks.push(
    check('collection', 'outbox', above(waitingMs, 10_000, 60_000), { pending: collector.outboxPending, waitingMs }, { subject }),
  );
  return checks;
}

/** HE17. */
function setAsideChecks({ setAside: { count, lastAtMs }, nowMs }: HealthFacts): HealthCheck[] {
  if (lastAtMs === null) return [];
  return [check('collection', 'setAside', nowMs - lastAtMs < setAsideLatelyMs ? 'act' : 'look', { count, lastAtMs })];
}

/** HE4. A store that is started again is no reason to call anybody. */
export const historianAwayMs = 10_000;

/** HE4. */
function historyChecks({ collectorId: subject, historian }: CollectorFacts): HealthCheck[] {
  if (historian === null) return [];
  const { engine, reason, spooled, setAside, dropped } = historian;
  const isLongAway = !historian.isAvailable && historian.awayMs > historianAwayMs;
  const isAbnormal = !historian.isAvailable || dropped > 0 || setAside > 0;
  const verdict: HealthVerdict = isLongAway || historian.droppedLately > 0 ? 'act' : isAbnormal ? 'look' : 'ok';
  const cause = !historian.isAvailable
    ? 'away'
    : historian.droppedLately > 0
      ? 'dropping'
      : dropped > 0
        ? 'dropped'
        : setAside > 0
          ? 'setAside'
          : '';
  return [
    check('history', 'historian', verdict, { engine, reason, dropped, setAside }, { subject, cause }),
    check(
      'history',
      'spool',
      historian.spoolGrewLately > 0 ? 'act' : spooled > usualSpool(historian) ? 'look' : 'ok',
      { spooled, grew: historian.spoolGrewLately },
      { subject },
    ),
  ];
}

/** What half a minute brings: readings are always under way, and these are no sign of anything. */
export function usualSpool({ readingsPerSecond }: { readonly readingsPerSecond: number }): number {
  return 100 + readingsPerSecond * 30;
}

/** HE8. */
function journalCheck({ journal, nowMs }: HealthFacts): HealthCheck {
  const { entries, verifiedAtMs, brokenAt } = journal;
  if (brokenAt !== null) return check('journal', 'journalChain', 'act', { entries, verifiedAtMs, ...brokenAt }, { cause: 'broken' });
  const isOld = verifiedAtMs === null || nowMs - verifiedAtMs > 8 * dayMs;
  return check(
    'journal',
    'journalChain',
    isOld ? 'look' : 'ok',
    { entries, verifiedAtMs },
    { cause: verifiedAtMs === null ? 'never' : '' },
  );
}

/** HE14. */
function backupChecks({ backup, nowMs, configured }: HealthFacts): HealthCheck[] {
  const { everyMs, last, sinceMs, failure } = backup;
  if (last === null && everyMs === null) return configured.isDemo ? [] : [check('notConfigured', 'noBackup', 'look')];
  const values = { madeAtMs: last?.atMs ?? null, bytes: last?.bytes ?? null, folder: last?.folder ?? null, reason: failure };
  const ageMs = nowMs - (last?.atMs ?? sinceMs);
  const wantedMs = everyMs ?? 7 * dayMs;
  const verdict: HealthVerdict =
    everyMs !== null && ageMs > 2 * wantedMs ? 'act' : failure !== null || ageMs > 1.25 * wantedMs ? 'look' : 'ok';
  const cause = verdict === 'ok' ? (last === null ? 'first' : '') : failure !== null ? 'failing' : last === null ? 'never' : '';
  return [check('journal', 'backup', verdict, values, { cause: verdict === 'act' && cause === 'failing' ? 'failed' : cause })];
}

/** HE11. */
function memoryCheck({ memory }: HealthFacts): HealthCheck {
  const share = memory.mostBytes === 0 ? 0 : memory.usedBytes / memory.mostBytes;
  return check('machine', 'memory', above(share, 0.7, 0.85), {
    share,
    usedBytes: memory.usedBytes,
    mostBytes: memory.mostBytes,
    residentBytes: memory.residentBytes,
  });
}

/** HE9. */
function failingCheck(name: 'northbound' | 'channel', part: FailingFacts, nowMs: number): HealthCheck {
  const failingMs = part.isFailing && part.sinceMs !== null ? nowMs - part.sinceMs : 0;
  const verdict: HealthVerdict = part.isFailing ? (failingMs >= failingLongMs ? 'act' : 'look') : part.isInsecure ? 'look' : 'ok';
  const cause = part.isFailing ? 'failing' : part.isStarting ? 'starting' : part.isInsecure ? 'insecure' : '';
  return check('outside', name, verdict, { reason: part.reason, sinceMs: part.sinceMs }, { subject: part.name, cause });
}

/** HE10. */
function configurationChecks({ configured, hasHistory }: HealthFacts): HealthCheck[] {
  const missing: readonly (readonly [HealthCheckName, boolean])[] = [
    ['noEscalation', configured.escalationSteps === 0],
    ['nobodyOnDuty', configured.escalationSteps > 0 && configured.onDuty === 0],
    ['noChannel', configured.channels === 0],
    ['noPublicUrl', configured.channels > 0 && !configured.publicUrl],
    ['noHistory', !hasHistory],
    ['noResponsePlans', configured.responsePlans === 0],
    ['noNorthbound', configured.northbound === 0],
    ['oneAdministrator', configured.administrators < 2 && !configured.isDemo],
  ];
  return missing.filter(([, isMissing]) => isMissing).map(([name]) => check('notConfigured', name, 'look'));
}
