// One life of a process that may hold the stations of both collectors: the product's own leases, turns and drains (`collector/holding/`), each collector of the
// simulation's making.
import { mkdirSync } from 'node:fs';
import { holdStations } from '../../../collector/holding/hold-stations.ts';
import type { ConditionMessage } from '../../../domain/messages/condition-message.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Random } from '../../../simulators/process/random.ts';
import { SimulatedCollector, type SimulatedField } from './simulated-collector.ts';
import type { SimulatedLeaseStore } from './simulated-lease-store.ts';
import type { SimulatedNetwork } from './simulated-link.ts';
import { SimulatedProcess } from './simulated-process.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface NodeOptions {
  readonly name: string;
  readonly plant: Plant;
  readonly collectorIds: readonly string[];
  readonly dataDir: string;
  readonly field: SimulatedField;
  readonly network: SimulatedNetwork;
  readonly leases: SimulatedLeaseStore;
  /** Cut off from servers and leases alike. */
  readonly isCut: () => boolean;
  readonly random: Random;
  readonly makeId: () => string;
  readonly note: (text: string) => void;
  readonly onDurable: (collectorId: string, messages: readonly ConditionMessage[]) => void;
  /** What this term had found out is the occurrence that the server held: by sequence of the message, before and after. */
  readonly onAdopted: (before: readonly ConditionMessage[], after: readonly ConditionMessage[]) => void;
}

export class SimulatedNode {
  readonly process: SimulatedProcess;
  readonly #collectors = new Map<string, SimulatedCollector>();
  readonly #opened = new Set<SimulatedCollector>();

  constructor(options: NodeOptions) {
    const { name, network, isCut, note, random } = options;
    const process = new SimulatedProcess(name, network.clock);
    this.process = process;
    mkdirSync(options.dataDir, { recursive: true });
    holdStations({
      collectorIds: options.collectorIds,
      nodeName: name,
      dataDir: options.dataDir,
      store: options.leases.endOf(process, isCut),
      clock: process.clock,
      random,
      makeOutboxId: options.makeId,
      log: silent,
      whenIsolated: 'goOn',
      connectLink: async () => (process.isDead ? never() : network.collectorEnd(process, isCut)),
      createCollector: async (collectorId, link, holding) => {
        if (process.isDead) return never();
        const collector = new SimulatedCollector({
          plant: options.plant,
          collectorId,
          dataDir: options.dataDir,
          field: options.field,
          link,
          holding,
          clock: process.clock,
          random,
          makeId: options.makeId,
          onDurable: (messages) => options.onDurable(collectorId, messages),
          onAdopted: options.onAdopted,
        });
        this.#collectors.set(collectorId, collector);
        this.#opened.add(collector);
        return collector;
      },
      onChange: (collectorId, isHeld) => {
        note(`${name} ${isHeld ? 'holds' : 'no longer holds'} ${collectorId}`);
        if (!isHeld) this.#collectors.delete(collectorId);
      },
      onFailed: (error) => {
        throw error;
      },
    });
  }

  collector(collectorId: string): SimulatedCollector | undefined {
    return this.#collectors.get(collectorId);
  }

  /** Whatever was not on disk is gone. */
  kill(): void {
    this.process.kill();
    for (const collector of this.#opened) collector.closeFiles();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
