// Runs a collector for each lease that this process holds, and empties the outbox of those that it no longer does. Composes; the rules are in `station-lease.ts`.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CollectorMember } from '../../domain/messages/collector-member.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { LeaseStore } from '../../link/lease-store.ts';
import type { CollectorLink } from '../../link/link.ts';
import type { Collector, CollectorLog } from '../collector.ts';
import { drainOutbox } from './drain-outbox.ts';
import type { Holding } from './holding.ts';
import { StationLease, type WhenIsolated } from './station-lease.ts';

export interface HoldStationsOptions {
  /** Collectors of the plant file; the first is its own. */
  readonly collectorIds: readonly string[];
  readonly nodeName: string;
  readonly dataDir: string;
  readonly store: LeaseStore & { announce(member: CollectorMember): void };
  readonly clock: Clock;
  readonly random?: () => number;
  readonly makeOutboxId?: () => string;
  readonly log: CollectorLog;
  readonly whenIsolated: WhenIsolated;
  readonly connectLink: (collectorId: string) => Promise<CollectorLink>;
  readonly createCollector: (collectorId: string, link: CollectorLink, holding: Holding) => Promise<Collector>;
  readonly onChange: (collectorId: string, isHeld: boolean) => void;
  /** It holds the lease and cannot do the work: the process must end, so that another takes over. */
  readonly onFailed: (error: unknown) => void;
}

const announceMs = 1_000;

/** What is under way for one collector: at most one of these at a time. */
interface Work {
  stop(): Promise<void>;
}

export function holdStations(options: HoldStationsOptions): { stop(): Promise<void> } {
  const { clock, collectorIds, store } = options;
  const node = { id: nodeIdOf(options.dataDir), name: options.nodeName, instanceId: randomUUID() };
  const seats = collectorIds.map((collectorId, index) => new Seat(collectorId, index === 0, node, options));
  let timer: TimerHandle | null = null;
  const announce = () => {
    const holds = seats.filter((seat) => seat.isHeld).map(({ collectorId }) => collectorId);
    store.announce({ schema: 1, nodeId: node.id, node: node.name, mayHold: [...collectorIds], holds, atMs: clock.nowMs() });
    timer = clock.after(announceMs, announce);
  };
  announce();
  return {
    async stop() {
      timer?.cancel();
      await Promise.all(seats.map((seat) => seat.stop()));
    },
  };
}

/** One collector's place in this process: a lease, and the work that follows from it, one after the other. */
class Seat {
  readonly collectorId: string;
  readonly #options: HoldStationsOptions;
  readonly #lease: StationLease;
  #work: Work | null = null;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    collectorId: string,
    isOwn: boolean,
    node: { readonly id: string; readonly name: string; readonly instanceId: string },
    options: HoldStationsOptions,
  ) {
    this.collectorId = collectorId;
    this.#options = options;
    const { store, clock, log, whenIsolated } = options;
    this.#lease = new StationLease({
      collectorId,
      isOwn,
      node,
      store,
      clock,
      log,
      whenIsolated,
      onTaken: (holding) => this.#next(() => this.#collect(holding)),
      onLost: () => this.#next(() => this.#drain(false)),
      onOther: () => this.#next(() => this.#drain(false)),
    });
    this.#next(() => this.#drain(true));
  }

  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#next(async () => null);
    await this.#turn;
    await this.#lease.stop();
  }

  /** What was under way ends first, whatever comes of its end. */
  #next(begin: () => Promise<Work | null>): void {
    this.#turn = this.#turn.then(async () => {
      const before = this.#work;
      this.#work = null;
      try {
        await before?.stop();
        this.#work = await begin();
      } catch (error) {
        this.#options.log.error({ err: error, collectorId: this.collectorId }, 'the stations of the collector could not be begun or left');
        this.#options.onFailed(error);
      }
    });
  }

  async #collect(holding: Holding): Promise<Work | null> {
    if (this.#isStopped || !this.#lease.isHeld) return null;
    const { connectLink, createCollector, onChange } = this.#options;
    const link = await connectLink(this.collectorId);
    try {
      const collector = await createCollector(this.collectorId, link, holding);
      await collector.start();
      onChange(this.collectorId, true);
      return {
        stop: async () => {
          await collector.stop();
          await link.close();
          onChange(this.collectorId, false);
        },
      };
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** [HD7] */
  async #drain(mayTermGoOn: boolean): Promise<Work | null> {
    return this.#isStopped ? null : drainOutbox({ ...this.#options, collectorId: this.collectorId, mayTermGoOn });
  }
}

/** Stays with the data folder: what lies in it is this node's and no other's. */
function nodeIdOf(dataDir: string): string {
  const file = path.join(dataDir, 'node-id');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const id = randomUUID();
  writeFileSync(file, `${id}\n`);
  return id;
}
