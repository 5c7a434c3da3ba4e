// The lease of one collector's stations as one process lives it: watches it while another holds it, takes it when it may, keeps it, loses it. Rules HD1 to HD10
// in RULES.md. It starts and stops nothing itself; it says when.
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../link/lease-store.ts';
import type { Holding } from './holding.ts';

export const leaseMs = 5_000;
const renewEveryMs = 1_000;
const lookEveryMs = 500;
const tickEveryMs = 500;
/** Longer without a turn, or without a renewal, than this: no longer sure of the lease. Less than `leaseMs` by more than a read takes. */
const unsureAfterMs = 3_000;
const headStartMs = 3_000;

export type WhenIsolated = 'goOn' | 'stop';

export interface LeaseLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface StationLeaseOptions {
  readonly collectorId: string;
  readonly isOwn: boolean;
  readonly node: { readonly id: string; readonly name: string; readonly instanceId: string };
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly log: LeaseLog;
  readonly whenIsolated: WhenIsolated;
  readonly onTaken: (holding: Holding) => void;
  readonly onLost: (reason: string) => void;
  /** Another is seen to hold it, or to have held it last: no term of this node goes on. */
  readonly onOther?: () => void;
}

interface Held {
  readonly record: LeaseRecord;
  revision: number;
  /** When the last renewal that succeeded was sent. */
  confirmedAtMs: number;
}

export class StationLease {
  readonly #options: StationLeaseOptions;
  readonly #startedAtMs: number;
  #held: Held | null = null;
  #seen: { readonly revision: number; readonly atMs: number } | null = null;
  #isFirstLook = true;
  #isOtherSeen = false;
  #highestTerm = 0;
  #lastTickMs: number;
  /** Since when it must be asked whether the lease is still this process's, after a freeze. */
  #mustAskSinceMs: number | null = null;
  #isIsolated = false;
  #isStopped = false;
  #stepTimer: TimerHandle | null = null;
  #tickTimer: TimerHandle | null = null;
  #step: Promise<void> = Promise.resolve();

  constructor(options: StationLeaseOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
    this.#lastTickMs = this.#startedAtMs;
    this.#tick();
    this.#stepAfter(0);
  }

  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** [HD4] [HD5] */
  mayRead(): boolean {
    const held = this.#held;
    if (held === null) return false;
    const nowMs = this.#options.clock.monotonicMs();
    this.#noticeFreeze(nowMs);
    if (this.#mustAskSinceMs !== null)
      return this.#options.whenIsolated === 'goOn' && nowMs - this.#mustAskSinceMs > leaseMs && this.#isIsolated;
    return this.#options.whenIsolated === 'goOn' || nowMs - held.confirmedAtMs <= unsureAfterMs;
  }

  /** [HD9] Call when reading has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stepTimer?.cancel();
    this.#tickTimer?.cancel();
    await this.#step;
    const held = this.#held;
    this.#held = null;
    if (held === null) return;
    await this.#options.store.write(this.#options.collectorId, { ...held.record, isFree: true }, held.revision).catch(() => null);
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#noticeFreeze(nowMs);
    this.#lastTickMs = nowMs;
    this.#tickTimer = this.#options.clock.after(tickEveryMs, () => this.#tick());
  }

  #noticeFreeze(nowMs: number): void {
    if (nowMs - this.#lastTickMs <= unsureAfterMs) return;
    this.#lastTickMs = nowMs;
    this.#mustAskSinceMs = nowMs;
    this.#isIsolated = false;
    this.#seen = null;
  }

  #stepAfter(delayMs: number): void {
    if (this.#isStopped) return;
    this.#stepTimer = this.#options.clock.after(delayMs, () => {
      this.#stepTimer = null;
      this.#step = (this.#held === null ? this.#look() : this.#renew(this.#held)).then(() =>
        this.#stepAfter(this.#held === null ? lookEveryMs : renewEveryMs),
      );
    });
  }

  /** [HD1] */
  async #look(): Promise<void> {
    const { collectorId, store, clock } = this.#options;
    let stored: StoredLease;
    try {
      stored = await store.read(collectorId);
    } catch {
      this.#seen = null;
      return;
    }
    const nowMs = clock.monotonicMs();
    const { record, revision } = stored;
    this.#highestTerm = Math.max(this.#highestTerm, record?.term ?? 0);
    if (this.#seen?.revision !== revision) this.#seen = { revision, atMs: nowMs };
    if (!this.#isOtherSeen && record !== null && record.nodeId !== this.#options.node.id) {
      this.#isOtherSeen = true;
      this.#options.onOther?.();
    }
    const isAgain = this.#isFirstLook && record?.nodeId === this.#options.node.id; // [HD3]
    this.#isFirstLook = false;
    // What was written without an answer is there.
    const isOurs = record !== null && !record.isFree && record.instanceId === this.#options.node.instanceId;
    const { isOwn } = this.#options;
    // [HD8] Of a lease that nobody ever took, whoever only stands in leaves the first word to the collector's own process.
    const isOver = nowMs - this.#seen.atMs >= leaseMs + (record === null && !isOwn ? headStartMs : 0);
    const isFree = record?.isFree === true && (isOwn || nowMs - this.#startedAtMs >= headStartMs);
    if (this.#isStopped || !(isAgain || isOurs || isOver || isFree)) return;
    await this.#take(stored);
  }

  /** [HD2] */
  async #take({ record: before, revision: onTopOf }: StoredLease): Promise<void> {
    const { collectorId, node, store, clock } = this.#options;
    // [HD3] [HD10]
    const isSameTerm = before?.nodeId === node.id && before.term >= this.#highestTerm;
    // The wall clock keeps terms going up where the store has lost what it knew.
    const term = isSameTerm ? before.term : Math.max(this.#highestTerm + 1, Math.floor(clock.nowMs()));
    const sinceMs = isSameTerm && !before.isFree ? before.sinceMs : clock.nowMs();
    const record = { term, nodeId: node.id, node: node.name, instanceId: node.instanceId, sinceMs, isFree: false };
    const sentAtMs = clock.monotonicMs();
    const revision = await store.write(collectorId, record, onTopOf).catch(() => null);
    this.#seen = null;
    if (revision === null) return;
    this.#highestTerm = term;
    this.#isOtherSeen = false;
    this.#mustAskSinceMs = null;
    this.#isIsolated = false;
    const held: Held = { record, revision, confirmedAtMs: sentAtMs };
    this.#held = held;
    this.#options.log.info({ collectorId, term, after: before?.node ?? null }, 'this process holds the stations of the collector');
    this.#options.onTaken({
      term,
      sinceMs,
      node: node.name,
      mayRead: () => this.#held === held && this.mayRead(),
      supersede: (laterTerm) => this.#supersede(held, laterTerm),
    });
  }

  /** [HD10] Another may hold the lease, or this process by a word that it wrote over another's: it looks, and takes it in a new term where it may. */
  #supersede(held: Held, laterTerm: number): void {
    this.#highestTerm = Math.max(this.#highestTerm, laterTerm);
    if (this.#held !== held || laterTerm <= held.record.term) return;
    this.#lose(`the server believes a later term, ${laterTerm}`);
    if (this.#stepTimer === null) return;
    this.#stepTimer.cancel();
    this.#stepAfter(0);
  }

  async #renew(held: Held): Promise<void> {
    const { collectorId, store, clock, log, node } = this.#options;
    const sentAtMs = clock.monotonicMs();
    try {
      // [HD1] Who was unsure for the length of a lease may have been followed by another; in a store that has begun anew even by one who stands at his own revision.
      const mayBeFollowed = sentAtMs - held.confirmedAtMs >= leaseMs;
      const revision = mayBeFollowed ? null : await store.write(collectorId, held.record, held.revision);
      if (revision !== null) return this.#confirm(held, revision, sentAtMs);
      const stored = await store.read(collectorId);
      if (this.#held !== held) return;
      const isOurs = stored.record?.instanceId === node.instanceId && stored.record.term === held.record.term;
      // In a term that nobody can read any more: he goes on in a new one, or what he finds out would be taken for what an earlier holder left.
      if (stored.revision === 0 && mayBeFollowed) {
        this.#lose('the store of leases has lost everything, and it is not known who held them last');
        return await this.#take(stored);
      }
      // An earlier renewal was written and its answer lost; or the holder is the first to write again.
      if (isOurs || stored.revision === 0) {
        const again = await store.write(collectorId, held.record, stored.revision);
        if (again !== null) return this.#confirm(held, again, sentAtMs);
        return;
      }
      this.#highestTerm = Math.max(this.#highestTerm, stored.record?.term ?? 0);
      this.#lose(`${stored.record?.node ?? 'another process'} has taken it over`);
    } catch {
      if (this.#held !== held) return;
      if (clock.monotonicMs() - held.confirmedAtMs <= unsureAfterMs || this.#isIsolated) return;
      this.#isIsolated = true;
      const how = this.#options.whenIsolated === 'goOn' ? 'reading goes on' : 'reading has stopped';
      log.warn({ collectorId, term: held.record.term }, `the lease cannot be renewed: no majority of NATS is reached; ${how}`);
    }
  }

  #confirm(held: Held, revision: number, sentAtMs: number): void {
    if (this.#held !== held) return;
    held.revision = revision;
    held.confirmedAtMs = sentAtMs;
    if (this.#mustAskSinceMs !== null && sentAtMs >= this.#mustAskSinceMs) this.#mustAskSinceMs = null;
    if (this.#isIsolated) this.#options.log.info({ collectorId: this.#options.collectorId }, 'the lease is renewed again');
    this.#isIsolated = false;
  }

  /** [HD7] */
  #lose(reason: string): void {
    this.#held = null;
    this.#seen = null;
    this.#isIsolated = false;
    this.#options.log.warn(
      { collectorId: this.#options.collectorId, reason },
      'this process no longer holds the stations of the collector',
    );
    this.#options.onLost(reason);
  }
}
