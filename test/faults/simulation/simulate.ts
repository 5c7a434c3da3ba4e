// One seeded schedule through collector, outbox, link, server and journal, by a clock that only moves when told to. Everything that happens follows from the
// seed: the same one gives the same journal, line by line.
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { JournalEntry } from '../../../domain/journal/journal-entry.ts';
import type { ConditionMessage } from '../../../domain/messages/condition-message.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import type { AlarmRecord } from '../../../server/alarms/alarm-record.ts';
import { AlarmStore } from '../../../server/alarms/alarm-store.ts';
import { Journal, readJournalAfter, verifyChain } from '../../../server/journal/journal.ts';
import { Ledger } from '../../../server/journal/ledger.ts';
import { createRandom, type Random } from '../../../simulators/process/random.ts';
import { SimulatedCollector, type SimulatedField } from './simulated-collector.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork } from './simulated-link.ts';

const collectorId = 'default';
const busyMs = 60_000;
/** Longer than the latest message is late. */
const calmMs = 90_000;
const stepMs = 20;
const scanMs = 500;
const highValue = 80;
const normalValue = 20;

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly headHash: string;
  readonly trace: readonly string[];
  readonly counts: Readonly<
    Record<'messages' | 'lost' | 'doubled' | 'late' | 'raises' | 'acknowledgements' | 'deaths' | 'diskFaults', number>
  >;
}

interface LivingServer {
  readonly store: AlarmStore;
  readonly ledger: Ledger;
  kill(): void;
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

class Simulation {
  readonly #plant: Plant;
  readonly #random: Random;
  readonly #clock = new ManualClock();
  readonly #network: SimulatedNetwork;
  readonly #disk: SimulatedDisk;
  readonly #outboxFile: string;
  readonly #journalFile: string;
  readonly #backupFile: string;
  readonly #field: SimulatedField;
  readonly #trace: string[] = [];
  #collector: SimulatedCollector | null = null;
  #server: LivingServer | null = null;
  #isStarting = false;
  #isCalm = false;
  /** A database put back from a copy forgets on purpose: what was confirmed after the copy may be missing. */
  #wasPutBack = false;
  #hasBackup = false;
  #ids = 0;
  #acts = 0;
  #deaths = 0;
  #diskFaults = 0;
  /** What the collector has on disk, by occurrence. */
  readonly #durable = new Map<string, ConditionMessage[]>();
  /** What a person was told: after the commit, so never to be lost. */
  readonly #told = new Map<string, AlarmRecord>();
  readonly #toldRaises = new Set<string>();
  /** Comment of each acknowledgement that was answered with yes, and its occurrence. */
  readonly #acknowledged = new Map<string, string>();
  /** Every one that was asked for. */
  readonly #asked = new Map<string, string>();

  constructor(options: { readonly seed: number; readonly plant: Plant; readonly folder: string; readonly template: string }) {
    this.#plant = options.plant;
    this.#random = createRandom(options.seed);
    this.#network = new SimulatedNetwork(this.#clock, this.#random);
    this.#journalFile = path.join(options.folder, `journal-${options.seed}.sqlite`);
    this.#outboxFile = path.join(options.folder, `outbox-${options.seed}.sqlite`);
    this.#backupFile = path.join(options.folder, `backup-${options.seed}.sqlite`);
    this.#disk = new SimulatedDisk(this.#journalFile, options.template);
    this.#field = {
      values: new Float64Array(options.plant.points.length).fill(normalValue),
      isAnswering: options.plant.devices.map(() => true),
    };
  }

  async play(): Promise<SimulationResult> {
    this.#startCollector();
    await this.#startServer();
    const mayPutBack = this.#random() < 0.3;
    for (let passedMs = 0; passedMs < busyMs; passedMs += stepMs) {
      this.#somethingHappens(mayPutBack);
      await this.#step(passedMs);
    }
    this.#calm();
    for (let passedMs = 0; passedMs < calmMs; passedMs += stepMs * 5) {
      if (this.#server === null) await this.#startServer();
      this.#clock.advance(stepMs * 4);
      await this.#step(passedMs);
    }
    return this.#judge();
  }

  tidyUp(): void {
    this.#collector?.kill();
    this.#server?.kill();
    for (const file of [this.#journalFile, this.#outboxFile, this.#backupFile])
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  }

  async #step(passedMs: number): Promise<void> {
    if (passedMs % scanMs === 0) this.#collector?.scan();
    // A tick that the disk refused is made up for by the next.
    if (passedMs % 1_000 === 0) void this.#server?.store.tick().catch(() => undefined);
    this.#clock.advance(stepMs);
    await turn();
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
    if (happens(0.06)) this.#network.isCut ? this.#network.mend() : this.#network.cut();
    if (happens(0.05)) this.#killCollector();
    if (this.#collector === null && happens(1)) this.#startCollector();
    if (happens(0.05)) this.#serverDies('killed');
    if (this.#server === null && !this.#isStarting && happens(1)) {
      if (mayPutBack && this.#hasBackup && this.#random() < 0.5) {
        this.#note('the database is put back from a copy');
        this.#disk.putBack(this.#backupFile);
        this.#wasPutBack = true;
      }
      void this.#startServer();
    }
    if (this.#server === null && !this.#isStarting && mayPutBack && !this.#hasBackup) {
      // Nobody has it open, and closing wrote everything into the one file.
      copyFileSync(this.#journalFile, this.#backupFile);
      this.#hasBackup = true;
    }
    if (happens(0.1)) {
      this.#diskFaults += 1;
      const statement = 1 + Math.floor(this.#random() * 6);
      const kind = (['refuse', 'loseAnswer', 'die'] as const)[Math.floor(this.#random() * 3)] ?? 'refuse';
      this.#note(`disk: ${kind} ${statement}`);
      this.#disk.fail(kind === 'loseAnswer' ? { kind } : { kind, statement });
    }
  }

  #calm(): void {
    this.#note('calm');
    this.#isCalm = true;
    this.#disk.heal();
    this.#network.isCalm = true;
    this.#network.mend();
    this.#field.isAnswering.fill(true);
    if (this.#collector === null) this.#startCollector();
  }

  #startCollector(): void {
    this.#note('collector starts');
    this.#collector = new SimulatedCollector({
      plant: this.#plant,
      collectorId,
      outboxFile: this.#outboxFile,
      field: this.#field,
      link: this.#network.collectorEnd(),
      clock: this.#clock,
      random: this.#random,
      makeId: () => this.#makeId(),
      onDurable: (messages) => {
        for (const message of messages) {
          this.#note(`durable ${message.sequence} ${message.kind} ${message.alarmId} ${message.occurrenceId.slice(-4)}`);
          const known = this.#durable.get(message.occurrenceId);
          if (known === undefined) this.#durable.set(message.occurrenceId, [message]);
          else known.push(message);
        }
      },
    });
  }

  #killCollector(): void {
    if (this.#collector === null) return;
    this.#deaths += 1;
    this.#note('collector dies');
    this.#collector.kill();
    this.#collector = null;
  }

  async #startServer(): Promise<void> {
    this.#isStarting = true;
    const { database, kill, fence } = this.#disk.open(() => this.#serverDies('in a transaction'));
    let isDead = false;
    const dies = () => {
      isDead = true;
      kill();
    };
    try {
      const journal = await Journal.open(database);
      const ledger = new Ledger(database, journal, this.#clock, fence);
      const store = await AlarmStore.open({ plant: this.#plant, ledger, clock: this.#clock });
      if (isDead) return;
      for (const { record } of store.all()) this.#told.set(record.alarmId, record);
      store.onChange((changes) => {
        for (const { record } of changes) {
          this.#told.set(record.alarmId, record);
          if (record.isConditionTrue && record.occurrenceId !== null) this.#toldRaises.add(record.occurrenceId);
        }
      });
      this.#server = { store, ledger, kill: dies };
      this.#note('server ready');
      // One that does not know whether its commit is there is no longer to be trusted: it begins anew.
      const orBeginAnew = async <T>(work: Promise<T>): Promise<T> => {
        try {
          return await work;
        } catch (error) {
          this.#note(`server could not: ${(error as Error).message}`);
          if ((error as Error).name === 'CommitUnknownError') this.#serverDies('in doubt');
          throw error;
        }
      };
      this.#network.attach({
        deliver: (delivery) => orBeginAnew(store.deliver(delivery)),
        state: (statement) => orBeginAnew(store.state(statement)),
      });
    } catch (error) {
      this.#note(`server could not start: ${(error as Error).message}`);
      dies();
    } finally {
      this.#isStarting = false;
    }
  }

  #serverDies(how: string): void {
    if (this.#server === null) return;
    this.#deaths += 1;
    this.#note(`server dies: ${how}`);
    this.#network.attach(null);
    this.#server.kill();
    this.#server = null;
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
    const act = async (triesLeft: number): Promise<void> => {
      const server = this.#server;
      const again = () => triesLeft > 0 && !this.#isCalm && void this.#clock.after(500, () => void act(triesLeft - 1));
      if (server === null) return void again();
      const event = { kind: 'acknowledge' as const, atMs: this.#clock.nowMs(), by: 'duty', comment };
      const actor = { kind: 'person', username: 'duty', displayName: '值班员', role: 'operator' } as const;
      try {
        const result = await server.store.act(occurrenceId, version, actor, event, {}, actionId);
        // Its answer may be lost on the way: then he asks again, and it counts once.
        if (server !== this.#server || this.#random() < 0.1) return void again();
        this.#note(`${comment} on ${occurrenceId.slice(-4)}: ${result.kind}`);
        if (result.kind === 'done') this.#acknowledged.set(comment, occurrenceId);
      } catch {
        again();
      }
    };
    const walkMs = this.#random() < 0.2 ? this.#random() * 20_000 : this.#random() * 200;
    this.#clock.after(walkMs, () => void act(3));
  }

  async #judge(): Promise<SimulationResult> {
    const violations: string[] = [];
    const { database, kill } = this.#disk.open(() => undefined);
    const server = this.#server;
    const collector = this.#collector;
    if (server === null || collector === null) throw new Error('a simulation ends with both alive');
    const journal: JournalEntry[] = [...(await readJournalAfter(database, { afterSequence: 0, throughSequence: 1e9, limit: 1e9 }))];
    const verdict = await verifyChain(database);
    kill();
    if (verdict?.kind !== 'intact') violations.push(`the chain does not hold: ${JSON.stringify(verdict)}`);

    const counted = new Map<string, number>();
    const isTrue = new Map<string, boolean>();
    const lastOccurrence = new Map<string, string | null>();
    const acknowledgements = new Map<string, string[]>();
    for (const { kind, alarmId, occurrenceId, sequence, detail } of journal) {
      if (kind === 'alarm.acknowledge') {
        const { comment } = detail.event as { comment: string };
        acknowledgements.set(comment, [...(acknowledgements.get(comment) ?? []), occurrenceId ?? '']);
      }
      if (kind !== 'alarm.raise' && kind !== 'alarm.clear') continue;
      const key = `${kind} ${occurrenceId}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
      const was = isTrue.get(alarmId ?? '') ?? false;
      // A database that was put back holds an occurrence of then; the next one of the same alarm takes its place.
      const isNext = this.#wasPutBack && kind === 'alarm.raise' && occurrenceId !== lastOccurrence.get(alarmId ?? '');
      lastOccurrence.set(alarmId ?? '', occurrenceId);
      if (was === (kind === 'alarm.raise') && !isNext) violations.push(`line ${sequence}: ${kind} of ${alarmId} that was ${was}`);
      isTrue.set(alarmId ?? '', kind === 'alarm.raise');
      if (!this.#durable.has(occurrenceId ?? ''))
        violations.push(`line ${sequence}: ${kind} of an occurrence that the collector never had`);
    }
    for (const [key, count] of counted) if (count > 1) violations.push(`${count} times ${key}`);
    for (const [comment, occurrences] of acknowledgements) {
      if (occurrences.length > 1) violations.push(`${comment} is there ${occurrences.length} times`);
      if (occurrences[0] !== this.#asked.get(comment)) violations.push(`${comment} went to another occurrence`);
    }
    if (!this.#wasPutBack) {
      for (const [occurrenceId, messages] of this.#durable)
        for (const { kind, alarmId } of messages)
          if ((kind === 'raise' || kind === 'clear') && !counted.has(`alarm.${kind} ${occurrenceId}`))
            violations.push(`${kind} of ${alarmId} (${occurrenceId.slice(-4)}) was lost`);
      for (const comment of this.#acknowledged.keys())
        if (!acknowledgements.has(comment)) violations.push(`${comment} was confirmed and is lost`);
      for (const occurrenceId of this.#toldRaises)
        if (!counted.has(`alarm.raise ${occurrenceId}`)) violations.push(`told of ${occurrenceId}, which the journal does not have`);
    }
    if (collector.outbox.pendingCount > 0) violations.push(`${collector.outbox.pendingCount} messages still wait`);
    const active = new Map(collector.outbox.activeConditions().map((condition) => [condition.alarmId, condition]));
    for (const { definition, record } of server.store.all()) {
      const held = record.isConditionTrue ? record.occurrenceId : null;
      const truth = active.get(definition.id)?.occurrenceId ?? null;
      if (held !== truth) violations.push(`${definition.id}: the server holds ${held}, the collector ${truth}`);
      active.delete(definition.id);
    }
    for (const alarmId of active.keys()) violations.push(`${alarmId} is true and the server does not know`);
    for (const point of this.#plant.points) {
      const isHigh = this.#field.values[point.index] === highValue;
      if (isHigh !== (isTrue.get(`${point.id}.high`) ?? false))
        violations.push(`${point.id} is ${isHigh ? 'high' : 'normal'}, the journal says otherwise`);
    }
    const { messages, lost, doubled, late } = this.#network;
    return {
      violations,
      headHash: journal.at(-1)?.hash ?? '',
      trace: this.#trace,
      counts: {
        messages,
        lost,
        doubled,
        late,
        raises: [...counted.keys()].filter((key) => key.startsWith('alarm.raise')).length,
        acknowledgements: this.#acknowledged.size,
        deaths: this.#deaths,
        diskFaults: this.#diskFaults,
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
