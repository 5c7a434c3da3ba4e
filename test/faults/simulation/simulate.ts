// One seeded schedule through two processes that may hold the stations of two collectors, two servers that share a database, and all that lies between, by a
// clock that only moves when told to. Everything that happens follows from the seed: the same one gives the same journal, line by line.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Plant } from '../../../domain/plant/plant.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import type { AlarmRecord } from '../../../server/alarms/alarm-record.ts';
import type { Schema } from '../../../server/journal/database.ts';
import { readJournalAfter, verifyChain } from '../../../server/journal/journal.ts';
import { createRandom, type Random } from '../../../simulators/process/random.ts';
import { type Durable, judge } from './judge.ts';
import type { SimulatedField } from './simulated-collector.ts';
import { type DatabaseFault, SimulatedDatabase } from './simulated-database.ts';
import { SimulatedLeaseStore } from './simulated-lease-store.ts';
import { SimulatedNetwork } from './simulated-link.ts';
import { SimulatedNode } from './simulated-node.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedServer } from './simulated-server.ts';

const busyMs = 60_000;
/** Longer than the latest message is late. */
const calmMs = 90_000;
const stepMs = 20;
export const highValue = 80;
const normalValue = 20;
const nodeNames = ['north', 'south'] as const;
const serverNames = ['one', 'two'] as const;

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly headHash: string;
  readonly trace: readonly string[];
  readonly counts: Readonly<
    Record<
      | 'messages'
      | 'lost'
      | 'doubled'
      | 'late'
      | 'raises'
      | 'acknowledgements'
      | 'deaths'
      | 'freezes'
      | 'databaseFaults'
      | 'takeovers'
      | 'epochs',
      number
    >
  >;
}

export async function simulate(options: {
  readonly seed: number;
  readonly plant: Plant;
  readonly folder: string;
  readonly template: string;
}): Promise<SimulationResult> {
  const run = new Simulation(options);
  try {
    return await run.play();
  } finally {
    run.tidyUp();
  }
}

/** A place where a process runs, and what is between it and the others. */
interface Place<Life> {
  readonly name: string;
  life: Life | null;
  isCut: boolean;
}

class Simulation {
  readonly #plant: Plant;
  readonly #random: Random;
  readonly #clock = new ManualClock();
  readonly #network: SimulatedNetwork;
  readonly #leases: SimulatedLeaseStore;
  readonly #shared: SimulatedDatabase;
  readonly #journalFile: string;
  readonly #backupFile: string;
  readonly #folder: string;
  readonly #field: SimulatedField;
  readonly #trace: string[] = [];
  readonly #nodes: readonly Place<SimulatedNode>[] = nodeNames.map((name) => ({ name, life: null, isCut: false }));
  readonly #servers: readonly Place<SimulatedServer>[] = serverNames.map((name) => ({ name, life: null, isCut: false }));
  readonly #collectorIds: readonly string[];
  #isCalm = false;
  /** A database put back from a copy forgets on purpose: what was confirmed after the copy may be missing. */
  #wasPutBack = false;
  #hasBackup = false;
  #ids = 0;
  #acts = 0;
  #deaths = 0;
  #freezes = 0;
  #databaseFaults = 0;
  /** What a collector has on disk. */
  readonly #durable: Durable[] = [];
  /** What a person was told: after the commit, so never to be lost. */
  readonly #told = new Map<string, AlarmRecord>();
  readonly #toldRaises = new Set<string>();
  /** Comment of each acknowledgement that was answered with yes, and its occurrence. */
  readonly #acknowledged = new Map<string, string>();
  /** Every one that was asked for. */
  readonly #asked = new Map<string, string>();

  constructor(options: { readonly seed: number; readonly plant: Plant; readonly folder: string; readonly template: string }) {
    const { plant, seed, folder } = options;
    this.#plant = plant;
    this.#random = createRandom(seed);
    this.#network = new SimulatedNetwork(this.#clock, this.#random, seed);
    this.#leases = new SimulatedLeaseStore(this.#clock, this.#random);
    this.#folder = path.join(folder, `seed-${seed}`);
    this.#journalFile = path.join(folder, `journal-${seed}.sqlite`);
    this.#backupFile = path.join(folder, `backup-${seed}.sqlite`);
    this.#shared = new SimulatedDatabase(this.#journalFile, options.template, this.#clock);
    this.#collectorIds = [...new Set(plant.stations.map(({ collectorId }) => collectorId))];
    this.#field = {
      values: new Float64Array(plant.points.length).fill(normalValue),
      isAnswering: plant.devices.map(() => true),
    };
  }

  async play(): Promise<SimulationResult> {
    for (const place of this.#nodes) this.#startNode(place);
    for (const place of this.#servers) this.#startServer(place);
    const mayPutBack = this.#random() < 0.2;
    for (let passedMs = 0; passedMs < busyMs; passedMs += stepMs) {
      this.#somethingHappens(mayPutBack);
      this.#clock.advance(stepMs);
      await turn();
    }
    this.#calm();
    for (let passedMs = 0; passedMs < calmMs; passedMs += stepMs * 5) {
      this.#clock.advance(stepMs * 5);
      await turn();
    }
    return this.#judge();
  }

  tidyUp(): void {
    for (const { life } of this.#nodes) life?.kill();
    for (const { life } of this.#servers) life?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
    for (const file of [this.#journalFile, this.#backupFile]) for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  }

  #somethingHappens(mayPutBack: boolean): void {
    const happens = (perSecond: number) => this.#random() < (perSecond * stepMs) / 1_000;
    if (happens(2)) {
      const point = Math.floor(this.#random() * this.#field.values.length);
      this.#field.values[point] = this.#field.values[point] === highValue ? normalValue : highValue;
    }
    if (happens(0.05)) {
      const device = Math.floor(this.#random() * this.#field.isAnswering.length);
      this.#field.isAnswering[device] = !(this.#field.isAnswering[device] ?? false);
      this.#note(`device ${device} ${this.#field.isAnswering[device] ? 'answers' : 'is silent'}`);
    }
    if (happens(2)) this.#personActs();
    if (happens(0.04)) this.#turnCut('the network', this.#network);
    if (this.#network.isCut === false && happens(0.05)) this.#network.announce();
    for (const place of this.#nodes) this.#somethingHappensToNode(place, happens);
    for (const place of this.#servers) this.#somethingHappensToServer(place, happens);
    if (happens(0.02)) this.#turnCut('the store of leases', this.#leases);
    if (happens(0.004)) {
      this.#note('the store of leases has lost everything');
      this.#leases.lose();
    }
    if (mayPutBack) this.#backUpOrPutBack(happens);
    if (happens(0.12)) this.#failDatabase();
  }

  #somethingHappensToNode(place: Place<SimulatedNode>, happens: (perSecond: number) => boolean): void {
    if (happens(0.02)) this.#turnCut(place.name, place);
    if (place.life === null) {
      if (happens(1)) this.#startNode(place);
      return;
    }
    if (happens(0.02)) this.#nodeDies(place);
    else if (happens(0.03)) this.#freeze(place.life.process);
  }

  #somethingHappensToServer(place: Place<SimulatedServer>, happens: (perSecond: number) => boolean): void {
    if (happens(0.02)) this.#turnCut(`server ${place.name}`, place);
    if (place.life === null) {
      if (happens(1)) this.#startServer(place);
      return;
    }
    if (happens(0.02)) this.#serverDies(place, 'killed');
    else if (happens(0.03)) this.#freeze(place.life.process);
  }

  /** Cut now and then for longer than any lease. */
  #turnCut(what: string, place: { isCut: boolean }): void {
    if (place.isCut) return;
    const forMs = this.#random() * (this.#random() < 0.5 ? 3_000 : 15_000);
    place.isCut = true;
    this.#note(`${what} is cut off for ${Math.round(forMs)} ms`);
    this.#clock.after(forMs, () => {
      place.isCut = false;
      if (place === this.#network) this.#network.announce();
    });
  }

  #freeze(process: SimulatedProcess): void {
    if (process.isFrozen) return;
    const forMs = this.#random() * (this.#random() < 0.5 ? 3_000 : 15_000);
    this.#freezes += 1;
    this.#note(`${process.name} freezes for ${Math.round(forMs)} ms`);
    process.freeze(forMs);
  }

  /** A database is put back while no server runs. */
  #backUpOrPutBack(happens: (perSecond: number) => boolean): void {
    if (!happens(0.08)) return;
    for (const place of this.#servers) this.#serverDies(place, 'stopped');
    if (this.#hasBackup) {
      this.#note('the database is put back from a copy');
      this.#shared.putBack(this.#backupFile);
      this.#wasPutBack = true;
    } else {
      // Nobody has it open, and closing wrote everything into the one file.
      this.#shared.copyTo(this.#backupFile);
      this.#hasBackup = true;
    }
  }

  #failDatabase(): void {
    this.#databaseFaults += 1;
    const statement = 1 + Math.floor(this.#random() * 6);
    const forMs = Math.round(this.#random() * 12_000);
    const faults: readonly DatabaseFault[] = [
      { kind: 'refuse', statement },
      { kind: 'loseAnswer' },
      { kind: 'die', statement },
      { kind: 'freeze', statement, forMs },
    ];
    const fault = faults[Math.floor(this.#random() * faults.length)];
    if (fault === undefined) return;
    this.#note(`database: ${JSON.stringify(fault)}`);
    this.#shared.fail(fault);
  }

  #calm(): void {
    this.#note('calm');
    this.#isCalm = true;
    this.#shared.heal();
    for (const place of [...this.#nodes, ...this.#servers]) {
      place.isCut = false;
      place.life?.process.wake();
    }
    this.#network.isCalm = true;
    this.#network.isCut = false;
    this.#leases.isCalm = true;
    this.#leases.isCut = false;
    this.#field.isAnswering.fill(true);
    for (const place of this.#nodes) if (place.life === null) this.#startNode(place);
    for (const place of this.#servers) if (place.life === null) this.#startServer(place);
    this.#network.announce();
  }

  #startNode(place: Place<SimulatedNode>): void {
    this.#note(`${place.name} starts`);
    const isFirst = place === this.#nodes[0];
    place.life = new SimulatedNode({
      name: place.name,
      plant: this.#plant,
      // Its own first.
      collectorIds: isFirst ? this.#collectorIds : this.#collectorIds.toReversed(),
      dataDir: path.join(this.#folder, place.name),
      field: this.#field,
      network: this.#network,
      leases: this.#leases,
      isCut: () => place.isCut,
      random: this.#random,
      makeId: () => this.#makeId(),
      note: (text) => this.#note(text),
      onDurable: (collectorId, messages) => {
        for (const { sequence, kind, alarmId, occurrenceId, atMs, term } of messages) {
          this.#note(`durable at ${place.name} ${sequence} ${kind} ${alarmId} ${occurrenceId.slice(-4)}`);
          this.#durable.push({ collectorId, kind, alarmId, occurrenceId, atMs, term: term ?? 0 });
        }
      },
      onAdopted: (before, after) => {
        const adopted = new Map(before.map(({ sequence, occurrenceId }) => [sequence, occurrenceId]));
        for (const { sequence, occurrenceId } of after) {
          const found = adopted.get(sequence);
          if (found === undefined || found === occurrenceId) continue;
          this.#note(`${place.name} goes on with ${occurrenceId.slice(-4)} instead of ${found.slice(-4)}`);
          for (const durable of this.#durable) if (durable.occurrenceId === found) durable.occurrenceId = occurrenceId;
        }
      },
    });
  }

  #nodeDies(place: Place<SimulatedNode>): void {
    if (place.life === null) return;
    this.#deaths += 1;
    this.#note(`${place.name} dies`);
    place.life.kill();
    place.life = null;
  }

  #startServer(place: Place<SimulatedServer>): void {
    place.life = new SimulatedServer({
      name: place.name,
      plant: this.#plant,
      world: this.#clock,
      shared: this.#shared,
      network: this.#network,
      isCut: () => place.isCut,
      note: (text) => this.#note(text),
      onDeath: () => this.#serverDies(place, 'in a transaction'),
      onInCharge: (store) => {
        for (const { record } of store.all()) this.#told.set(record.alarmId, record);
      },
      onChange: (changes) => {
        for (const { record } of changes) {
          this.#told.set(record.alarmId, record);
          if (record.isConditionTrue && record.occurrenceId !== null) this.#toldRaises.add(record.occurrenceId);
        }
      },
    });
  }

  #serverDies(place: Place<SimulatedServer>, how: string): void {
    if (place.life === null) return;
    this.#deaths += 1;
    this.#note(`server ${place.name} dies: ${how}`);
    place.life.kill();
    place.life = null;
  }

  /** By what he was told last, at once or after a walk to the station and back: then the alarm may have come again. */
  #personActs(): void {
    const seen = [...this.#told.values()].filter((record) => record.occurrenceId !== null && record.isAcknowledged === false);
    const record = seen[Math.floor(this.#random() * seen.length)];
    if (record?.occurrenceId == null) return;
    const { occurrenceId, version } = record;
    this.#acts += 1;
    const comment = `act ${this.#acts}`;
    const actionId = this.#makeId();
    this.#asked.set(comment, occurrenceId);
    const act = (triesLeft: number): void => {
      const again = () => triesLeft > 0 && !this.#isCalm && void this.#clock.after(500, () => act(triesLeft - 1));
      // He reaches any server that believes that it is in charge.
      const inCharge = this.#servers.flatMap(({ life }) => (life?.store == null ? [] : [{ process: life.process, store: life.store }]));
      const server = inCharge[Math.floor(this.#random() * inCharge.length)];
      if (server === undefined) return void again();
      const event = { kind: 'acknowledge' as const, atMs: this.#clock.nowMs(), by: 'duty', comment };
      const actor = { kind: 'person', username: 'duty', displayName: '值班员', role: 'operator' } as const;
      let isAnswered = false;
      const timer = this.#clock.after(3_000, () => {
        isAnswered = true;
        again();
      });
      server.process.enter(() => {
        server.store.act(occurrenceId, version, actor, event, {}, actionId).then(
          (result) => {
            if (isAnswered) return;
            timer.cancel();
            // Its answer may be lost on the way: then he asks again, and it counts once.
            if (this.#random() < 0.1) return void again();
            this.#note(`${comment} on ${occurrenceId.slice(-4)}: ${result.kind}`);
            if (result.kind === 'done') this.#acknowledged.set(comment, occurrenceId);
          },
          () => {
            timer.cancel();
            if (!isAnswered) again();
          },
        );
      });
    };
    const walkMs = this.#random() < 0.2 ? this.#random() * 20_000 : this.#random() * 200;
    this.#clock.after(walkMs, () => act(3));
  }

  async #judge(): Promise<SimulationResult> {
    const stores = this.#servers.flatMap(({ life }) => life?.store ?? []);
    const observer = { process: new SimulatedProcess('observer', this.#clock), isCut: () => false, onDeath: () => undefined };
    const { database, close } = this.#shared.open<Schema>(observer, false);
    const journal = [...(await readJournalAfter(database, { afterSequence: 0, throughSequence: 1e9, limit: 1e9 }))];
    const verdict = await verifyChain(database);
    close();
    const violations = judge({
      plant: this.#plant,
      journal,
      verdict,
      records: stores.length === 1 ? (stores[0]?.all() ?? []) : null,
      holders: this.#collectorIds.map((collectorId) => ({
        collectorId,
        outboxes: this.#nodes.flatMap(({ life }) => life?.collector(collectorId)?.outbox ?? []),
      })),
      isHigh: (point) => this.#field.values[point] === highValue,
      durable: this.#durable,
      toldRaises: this.#toldRaises,
      asked: this.#asked,
      acknowledged: new Set(this.#acknowledged.keys()),
      wasPutBack: this.#wasPutBack,
    });
    const { messages, lost, doubled, late } = this.#network;
    const countOf = (kind: string) => journal.filter((entry) => entry.kind === kind).length;
    return {
      violations,
      headHash: journal.at(-1)?.hash ?? '',
      trace: this.#trace,
      counts: {
        messages,
        lost,
        doubled,
        late,
        raises: countOf('alarm.raise'),
        acknowledgements: this.#acknowledged.size,
        deaths: this.#deaths,
        freezes: this.#freezes,
        databaseFaults: this.#databaseFaults,
        takeovers: countOf('collector.takeover'),
        epochs: this.#trace.filter((line) => line.includes('is in charge')).length,
      },
    };
  }

  #makeId(): string {
    this.#ids += 1;
    return `00000000-0000-7000-8000-${String(this.#ids).padStart(12, '0')}`;
  }

  #note(text: string): void {
    this.#trace.push(`${(this.#clock.monotonicMs() / 1_000).toFixed(2)} ${text}`);
  }
}
