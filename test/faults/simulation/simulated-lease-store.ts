// The store of leases of a simulation: one word a collector, written only on top of the revision that was seen, as `link/lease-store.ts` asks. Each process
// reaches it over a network that is slow, loses what is asked or what is answered, and may be cut; the store itself may be away, or come back empty.
import type { CollectorMember } from '../../../domain/messages/collector-member.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../../link/lease-store.ts';
import type { Random } from '../../../simulators/process/random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

const answerMs = 1_500;
const lostShare = 0.03;
const nothing: StoredLease = { record: null, revision: 0 };

export class SimulatedLeaseStore {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #words = new Map<string, StoredLease>();
  /** No majority: nobody reaches it. */
  isCut = false;
  isCalm = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  holderOf(collectorId: string): LeaseRecord | null {
    return this.#words.get(collectorId)?.record ?? null;
  }

  /** It comes back with an empty store. */
  lose(): void {
    this.#words.clear();
  }

  endOf(process: SimulatedProcess, isCut: () => boolean): LeaseStore & { announce(member: CollectorMember): void } {
    const ask = <A>(work: () => A): Promise<A> =>
      new Promise((resolve, reject) => {
        const timer = process.clock.after(answerMs, () => reject(new Error('no answer of the store')));
        const carry = (arrive: () => void) => {
          if (isCut() || this.isCut || (!this.isCalm && this.#random() < lostShare)) return;
          this.#clock.after(1 + this.#random() * 20, () => !isCut() && !this.isCut && arrive());
        };
        carry(() => {
          const answer = work();
          carry(() =>
            process.enter(() => {
              timer.cancel();
              resolve(answer);
            }),
          );
        });
      });
    return {
      read: (collectorId) => ask(() => this.#words.get(collectorId) ?? nothing),
      write: (collectorId, record, onTopOf) =>
        ask(() => {
          if ((this.#words.get(collectorId) ?? nothing).revision !== onTopOf) return null;
          const revision = onTopOf + 1;
          this.#words.set(collectorId, { record, revision });
          return revision;
        }),
      announce: () => undefined,
    };
  }
}
