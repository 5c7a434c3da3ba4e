// Measures the running program for the health page: what collectors say of themselves, disks, certificates, memory, the event loop, the journal's chain.
// It keeps ten minutes of what must be seen growing, and judges nothing itself.
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import type { NotificationChannelView } from '../../domain/api/notification-api.ts';
import type {
  BackupFacts,
  CertificateFacts,
  ClockFacts,
  CollectorFacts,
  DiskFacts,
  HealthFacts,
} from '../../domain/health/health-facts.ts';
import { usualSpool } from '../../domain/health/judge-health.ts';
import type { CollectorMember } from '../../domain/messages/collector-member.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { spaceAt } from '../../historian/disk-space.ts';
import type { ServerLink } from '../../link/link.ts';
import type { Journal } from '../journal/journal.ts';
import type { LastValues } from '../live/last-values.ts';
import type { JournalCheck } from './journal-check.ts';
import { readCertificate, readCertificates } from './read-certificates.ts';

export interface HealthSources {
  readonly plant: Plant;
  readonly dataDir: string;
  readonly isDiskFull: () => boolean;
  readonly isDemo: boolean;
  readonly link: ServerLink;
  readonly values: LastValues;
  readonly journal: Journal;
  readonly journalCheck: JournalCheck;
  readonly hasHistory: boolean;
  readonly setAside: () => HealthFacts['setAside'];
  readonly backup: () => BackupFacts;
  readonly statuses: () => readonly CollectorStatus[];
  readonly northbound: () => readonly NorthboundPart[];
  readonly channels: () => readonly NotificationChannelView[];
  readonly onDuty: () => Promise<number>;
  readonly administrators: () => Promise<number>;
  /** Of the server itself, where it speaks HTTPS. */
  readonly httpsCertificateFile: string | null;
  readonly clock: Clock;
}

interface Lately {
  readonly atMs: number;
  readonly dropped: number;
  readonly spooled: number;
}

const latelyMs = 600_000;
const sampleMs = 30_000;
/** The shortest way of a status in this long tells the offset of a clock best. */
const offsetWindow = 30;
/** A process that says nothing for so long could not take over at once. */
const memberLivesMs = 5_000;

export class HealthWatch {
  readonly #sources: HealthSources;
  readonly #startedAtMs: number;
  readonly #lately = new Map<string, Lately[]>();
  readonly #outboxSinceMs = new Map<string, number>();
  /** By the monotonic clock. */
  readonly #historianAwaySinceMs = new Map<string, number>();
  readonly #offsets = new Map<string, number[]>();
  readonly #members = new Map<string, { readonly member: CollectorMember; readonly heardAtMs: number }>();
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  #delayMs = 0;
  #delayTakenAtMs: number;

  constructor(sources: HealthSources) {
    this.#sources = sources;
    this.#startedAtMs = sources.clock.nowMs();
    this.#delayTakenAtMs = sources.clock.monotonicMs();
    this.#delay = monitorEventLoopDelay({ resolution: 20 });
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** Every status as it comes. */
  hear(status: CollectorStatus): void {
    const { clock } = this.#sources;
    const { collectorId, outboxPending, historian } = status;
    const nowMs = clock.nowMs();
    if (outboxPending === 0) this.#outboxSinceMs.delete(collectorId);
    else if (!this.#outboxSinceMs.has(collectorId)) this.#outboxSinceMs.set(collectorId, nowMs);
    const offsets = this.#offsets.get(collectorId) ?? [];
    this.#offsets.set(collectorId, [...offsets.slice(1 - offsetWindow), status.atMs - nowMs]);
    const monotonicMs = clock.monotonicMs();
    if (historian.isAvailable) this.#historianAwaySinceMs.delete(collectorId);
    else if (!this.#historianAwaySinceMs.has(collectorId)) this.#historianAwaySinceMs.set(collectorId, monotonicMs);
    const lately = this.#lately.get(collectorId) ?? [];
    const last = lately.at(-1);
    // A collector that was started again counts from nothing.
    if (last !== undefined && historian.dropped < last.dropped) lately.length = 0;
    if (lately.length > 0 && monotonicMs - (lately.at(-1)?.atMs ?? 0) < sampleMs) return;
    lately.push({ atMs: monotonicMs, dropped: historian.dropped, spooled: historian.spooled });
    while (lately.length > 1 && monotonicMs - (lately[0]?.atMs ?? 0) > latelyMs) lately.shift();
    this.#lately.set(collectorId, lately);
  }

  historianAwayMs(collectorId: string): number {
    const sinceMs = this.#historianAwaySinceMs.get(collectorId);
    return sinceMs === undefined ? 0 : this.#sources.clock.monotonicMs() - sinceMs;
  }

  /** A process that may hold stations says so once a second. */
  hearMember(member: CollectorMember): void {
    this.#members.set(member.nodeId, { member, heardAtMs: this.#sources.clock.monotonicMs() });
  }

  async facts(): Promise<HealthFacts> {
    const { plant, link, journal, journalCheck, clock } = this.#sources;
    const heap = getHeapStatistics();
    return {
      nowMs: clock.nowMs(),
      startedAtMs: this.#startedAtMs,
      plantVersion: plant.version,
      collectors: this.#collectors(),
      link: link.state(),
      hasHistory: this.#sources.hasHistory,
      setAside: this.#sources.setAside(),
      journal: { entries: journal.length, ...journalCheck.state() },
      backup: this.#sources.backup(),
      disks: await this.#disks(),
      certificates: await this.#certificates(),
      clocks: this.#clocks(),
      memory: { usedBytes: heap.used_heap_size, mostBytes: heap.heap_size_limit, residentBytes: process.memoryUsage.rss() },
      eventLoopDelayMs: this.#eventLoopDelay(),
      northbound: this.#sources.northbound().map((part) => ({
        name: part.name,
        isFailing: part.state === 'failing',
        isStarting: part.state === 'starting',
        reason: part.reason,
        sinceMs: part.sinceMs,
        isInsecure: part.isInsecure,
      })),
      channels: this.#channels(),
      configured: await this.#configured(),
    };
  }

  #collectors(): CollectorFacts[] {
    const { values, statuses, clock } = this.#sources;
    const byId = new Map(statuses().map((status) => [status.collectorId, status]));
    return values.collectors().map(({ collectorId, lastHeardAtMs, isLive }): CollectorFacts => {
      const status = byId.get(collectorId);
      const devices = status?.devices ?? [];
      return {
        collectorId,
        lastHeardAtMs: lastHeardAtMs === 0 ? null : lastHeardAtMs,
        isLive,
        plantVersion: status?.plantVersion ?? null,
        devices: devices.length,
        devicesConnected: devices.filter(({ connection }) => connection === 'connected').length,
        insecureDeviceIds: devices.filter(({ isInsecure }) => isInsecure).map(({ deviceId }) => deviceId),
        outboxPending: status?.outboxPending ?? 0,
        outboxSinceMs: this.#outboxSinceMs.get(collectorId) ?? null,
        holder: status?.holder === undefined ? null : { ...status.holder, spares: this.#sparesOf(collectorId) },
        historian:
          status === undefined
            ? null
            : {
                ...status.historian,
                awayMs: this.historianAwayMs(collectorId),
                readingsPerSecond: status.readingsPerSecond,
                ...this.#latelyOf(status, clock.monotonicMs()),
              },
      };
    });
  }

  #sparesOf(collectorId: string): number {
    const nowMs = this.#sources.clock.monotonicMs();
    return [...this.#members.values()].filter(
      ({ member, heardAtMs }) =>
        nowMs - heardAtMs <= memberLivesMs && member.mayHold.includes(collectorId) && !member.holds.includes(collectorId),
    ).length;
  }

  #latelyOf({ collectorId, historian, readingsPerSecond }: CollectorStatus, monotonicMs: number) {
    const usual = usualSpool({ readingsPerSecond });
    const lately = (this.#lately.get(collectorId) ?? []).filter(({ atMs }) => monotonicMs - atMs <= latelyMs);
    const [first] = lately;
    const growth = first === undefined ? 0 : Math.max(0, historian.spooled - Math.max(first.spooled, usual));
    // One burst while the store is away for a moment is no growth: it must have grown over half of the time.
    const isLong = first !== undefined && monotonicMs - first.atMs >= latelyMs / 2;
    return {
      droppedLately: first === undefined ? 0 : Math.max(0, historian.dropped - first.dropped),
      spoolGrewLately: isLong ? growth : 0,
    };
  }

  async #disks(): Promise<DiskFacts[]> {
    const { dataDir, statuses, link } = this.#sources;
    const found: DiskFacts[] = [];
    try {
      found.push({ place: 'server', folder: dataDir, ...(await spaceAt(dataDir)), isFull: this.#sources.isDiskFull() });
    } catch {
      // A folder whose disk cannot be asked has other faults to tell of.
    }
    // In one process there is one disk.
    if (link.state().engine === 'in-process') return found;
    return [
      ...found,
      ...statuses().flatMap(({ collectorId, machine }) => (machine == null ? [] : [{ place: collectorId, ...machine.disk }])),
    ];
  }

  async #certificates(): Promise<CertificateFacts[]> {
    const { plant, dataDir, statuses, httpsCertificateFile } = this.#sources;
    const https = httpsCertificateFile === null ? null : await readCertificate(httpsCertificateFile, 'https');
    const own =
      plant.northbound.opcua === null
        ? []
        : await readCertificates(path.join(dataDir, 'northbound', 'opcua', 'own', 'certs'), 'opcuaServer');
    return [...(https === null ? [] : [https]), ...own, ...statuses().flatMap(({ machine }) => machine?.certificates ?? [])];
  }

  #clocks(): ClockFacts[] {
    const { link, statuses } = this.#sources;
    const isApart = link.state().engine !== 'in-process';
    const collectors = [...this.#offsets].map(
      // What was longest under way looks the most behind.
      ([place, offsets]): ClockFacts => ({ place, kind: 'collector', offsetMs: Math.max(...offsets) }),
    );
    const devices = statuses().flatMap((status) =>
      status.devices.flatMap(({ deviceId, clockOffsetMs }): ClockFacts[] =>
        clockOffsetMs == null ? [] : [{ place: deviceId, kind: 'device', offsetMs: clockOffsetMs }],
      ),
    );
    return [...(isApart ? collectors : []), ...devices];
  }

  #channels(): HealthFacts['channels'] {
    return this.#sources.channels().flatMap((view) =>
      view.target === null
        ? []
        : [
            {
              name: view.target,
              isFailing: view.state === 'failing' || view.state === 'secretMissing',
              isStarting: false,
              reason: view.state === 'secretMissing' ? 'secretMissing' : view.lastFailureReason,
              sinceMs: view.state === 'secretMissing' ? this.#startedAtMs : view.failingSinceMs,
              isInsecure: false,
            },
          ],
    );
  }

  async #configured(): Promise<HealthFacts['configured']> {
    const { plant, channels, northbound, onDuty, administrators, isDemo } = this.#sources;
    return {
      escalationSteps: plant.duty.escalation.reduce((sum, chain) => sum + chain.steps.length, 0),
      onDuty: await onDuty(),
      // The app on people's phones is always there; it reaches only who has installed it.
      channels: channels().filter(({ channel, target }) => target !== null && channel !== 'webPush').length,
      publicUrl: plant.notifications.publicUrl !== undefined,
      northbound: northbound().length,
      responsePlans: plant.responsePlans.length,
      administrators: await administrators(),
      isDemo,
    };
  }

  /** Taken anew once a minute at the most. */
  #eventLoopDelay(): number {
    const monotonicMs = this.#sources.clock.monotonicMs();
    const nowMs = Math.max(0, this.#delay.percentile(99) / 1e6 - 20);
    if (monotonicMs - this.#delayTakenAtMs < 60_000) return Math.max(this.#delayMs, nowMs);
    this.#delayTakenAtMs = monotonicMs;
    this.#delayMs = nowMs;
    this.#delay.reset();
    return nowMs;
  }
}
