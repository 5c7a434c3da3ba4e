// One life of a server among several: the product's own turns, lease and fence (`server/standby/`); in charge, its ledger, journal and alarm store follow the
// collectors. Without HTTP: who stands by passes nothing on.
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { KnownAlarm } from '../../../server/alarms/alarm-change.ts';
import { AlarmStore } from '../../../server/alarms/alarm-store.ts';
import { askStaleHolders } from '../../../server/holders/ask-stale-holders.ts';
import type { Database, Schema } from '../../../server/journal/database.ts';
import { Journal } from '../../../server/journal/journal.ts';
import { Ledger } from '../../../server/journal/ledger.ts';
import { Leadership, type LeaseSchema, type Term } from '../../../server/standby/leadership.ts';
import { turnByTurn } from '../../../server/standby/take-turns.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import type { SimulatedNetwork } from './simulated-link.ts';
import { SimulatedProcess } from './simulated-process.ts';

const tickMs = 1_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface ServerOptions {
  readonly name: string;
  readonly plant: Plant;
  readonly world: Clock;
  readonly shared: SimulatedDatabase;
  readonly network: SimulatedNetwork;
  /** From the database. */
  readonly isCut: () => boolean;
  readonly note: (text: string) => void;
  readonly onDeath: () => void;
  readonly onInCharge: (store: AlarmStore) => void;
  readonly onChange: (changes: readonly KnownAlarm[]) => void;
}

export class SimulatedServer {
  readonly process: SimulatedProcess;
  readonly #options: ServerOptions;
  readonly #closing: (() => void)[] = [];
  /** As long as it believes that it is in charge. */
  store: AlarmStore | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { name, world, shared, isCut, onDeath } = options;
    this.process = new SimulatedProcess(name, world);
    const user = { process: this.process, isCut, onDeath };
    const lease = shared.open<LeaseSchema>(user, false);
    this.#closing.push(lease.close);
    const leadership = Leadership.over({ database: lease.database, address: name, clock: this.process.clock, log: silent });
    turnByTurn({
      leadership,
      standBy: async () => ({ stop: async () => undefined }),
      serve: (term) => this.#serve(term, shared.open<Schema>(user, true)),
      clock: this.process.clock,
      log: silent,
    });
  }

  kill(): void {
    this.process.kill();
    this.store = null;
    this.#options.network.detach(this);
    for (const close of this.#closing) close();
  }

  async #serve(term: Term, { database, close }: { readonly database: Database; close(): void }) {
    const { plant, network, note, name } = this.#options;
    const { clock } = this.process;
    this.#closing.push(close);
    const ledger = new Ledger(database, await Journal.open(database), clock, term);
    const store = await AlarmStore.open({ plant, ledger, clock });
    // As `hear-collectors.ts` does.
    store.onDoubt(() => network.announce());
    store.onChange((changes) => this.#options.onChange(changes));
    note(`${name} is in charge, epoch ${term.epoch}`);
    this.store = store;
    this.#options.onInCharge(store);
    let timer: TimerHandle | null = null;
    const tick = () => {
      timer = clock.after(tickMs, tick);
      // A tick that the database refused is made up for by the next.
      void store.tick().catch(() => undefined);
    };
    tick();
    network.attach(this, {
      hear: askStaleHolders({ holders: store.holders, clock, ask: () => network.announce() }),
      deliver: (delivery) => store.deliver(delivery),
      state: (statement) => store.state(statement),
      takeOver: (request) => store.takeOver(request),
    });
    return {
      stop: async () => {
        note(`${name} is no longer in charge`);
        timer?.cancel();
        network.detach(this);
        if (this.store === store) this.store = null;
        close();
      },
    };
  }
}
