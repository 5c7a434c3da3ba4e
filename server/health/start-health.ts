// Composes what belongs to health: the watch, the journal's check, and the look every half minute that raises alarms of the monitor itself.
import type { Logger } from 'pino';
import type { HealthView } from '../../domain/api/health-api.ts';
import { worstVerdict } from '../../domain/health/health-check.ts';
import { historianAwayMs, judgeHealth } from '../../domain/health/judge-health.ts';
import type { CollectorMember } from '../../domain/messages/collector-member.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { type HealthSources, HealthWatch } from './health-watch.ts';
import { JournalCheck, type SignedHeads } from './journal-check.ts';
import { bringMonitorAlarmsIntoLine } from './monitor-alarms.ts';

export interface Health {
  readonly journalCheck: JournalCheck;
  readonly report: () => Promise<Pick<HealthView, 'checks' | 'verdict'>>;
  hear(status: CollectorStatus): void;
  /** Something changed that nobody should have to wait half a minute to hear of. */
  lookNow(): void;
  hearMember(member: CollectorMember): void;
  stop(): Promise<void>;
}

const firstLookMs = 5_000;
const lookMs = 30_000;

export async function startHealth(
  options: Omit<HealthSources, 'journalCheck'> & {
    readonly ledger: Ledger;
    readonly store: AlarmStore;
    readonly clock: Clock;
    readonly log: Logger;
    readonly heads?: SignedHeads;
  },
): Promise<Health> {
  const { ledger, store, clock, log } = options;
  const journalCheck = await JournalCheck.start({
    ledger,
    clock,
    ...(options.heads === undefined ? {} : { heads: options.heads }),
    report: (error) => log.error({ err: error }, 'the journal could not be checked'),
  });
  const watch = new HealthWatch({ ...options, journalCheck });
  const report = async () => {
    const checks = judgeHealth(await watch.facts());
    return { checks, verdict: worstVerdict(checks) };
  };
  let timer: TimerHandle | null = null;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const { checks } = await report();
    await bringMonitorAlarmsIntoLine({ store, ledger, checks, nowMs: clock.nowMs() });
  };
  const lookAfter = (delayMs: number) => {
    timer = clock.after(delayMs, () => {
      looking = look().catch((error: unknown) => log.error({ err: error }, 'health could not be looked at; trying again'));
      lookAfter(lookMs);
    });
  };
  const lookNow = () => {
    looking = looking.then(look).catch((error: unknown) => log.error({ err: error }, 'health could not be looked at; trying again'));
  };
  const fullDisks = new Set<string>();
  /** Whether a collector's disk became full, or is no longer. */
  const hasDiskChanged = ({ collectorId, machine }: CollectorStatus) => {
    const isFull = machine?.disk.isFull === true;
    if (isFull === fullDisks.has(collectorId)) return false;
    if (isFull) fullDisks.add(collectorId);
    else fullDisks.delete(collectorId);
    return true;
  };
  const awayHistorians = new Set<string>();
  /** Whether a collector's historian has been away for too long, or is there again after that. */
  const hasHistorianChanged = ({ collectorId }: CollectorStatus) => {
    const isAway = watch.historianAwayMs(collectorId) > historianAwayMs;
    if (isAway === awayHistorians.has(collectorId)) return false;
    if (isAway) awayHistorians.add(collectorId);
    else awayHistorians.delete(collectorId);
    return true;
  };
  lookAfter(firstLookMs);
  return {
    journalCheck,
    report,
    lookNow,
    hear(status) {
      watch.hear(status);
      const hasChanged = [hasDiskChanged(status), hasHistorianChanged(status)].includes(true);
      if (hasChanged) lookNow();
    },
    hearMember: (member) => watch.hearMember(member),
    async stop() {
      timer?.cancel();
      await looking;
      await journalCheck.stop();
      watch.stop();
    },
  };
}
