// A collector of a simulation, composed as `collector/collector.ts` composes it: the real pipeline, detection, outbox and sender over a plant whose values the
// simulation turns.
import { createDetector } from '../../../collector/detection/create-detector.ts';
import type { Holding } from '../../../collector/holding/holding.ts';
import { ConditionOutbox, type NamedEdge, outboxFile } from '../../../collector/outbox/condition-outbox.ts';
import { ConditionSender } from '../../../collector/outbox/condition-sender.ts';
import { createPipeline } from '../../../collector/pipeline/pipeline.ts';
import type { ActiveCondition, ConditionMessage } from '../../../domain/messages/condition-message.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../../domain/readings/reading-batch.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { CollectorLink } from '../../../link/link.ts';
import type { Random } from '../../../simulators/process/random.ts';
import { aliveStatus } from '../../harness/alive-status.ts';

const scanMs = 500;
const statusMs = 1_000;
const adoptionWaitMs = 1_500;

/** What the devices have now. */
export interface SimulatedField {
  readonly values: Float64Array;
  /** Of each device. */
  readonly isAnswering: boolean[];
}

interface CollectorOptions {
  readonly plant: Plant;
  readonly collectorId: string;
  readonly dataDir: string;
  readonly field: SimulatedField;
  readonly link: CollectorLink;
  readonly holding: Holding;
  readonly clock: Clock;
  readonly random: Random;
  readonly makeId: () => string;
  /** On disk. */
  readonly onDurable: (messages: readonly ConditionMessage[]) => void;
  readonly onAdopted: (before: readonly ConditionMessage[], after: readonly ConditionMessage[]) => void;
}

export class SimulatedCollector {
  readonly outbox: ConditionOutbox;
  readonly #options: CollectorOptions;
  readonly #sender: ConditionSender;
  readonly #scan: () => void;
  readonly #tellStatus: () => void;
  readonly #untilAdopted: Promise<void>;
  #edges: NamedEdge[] = [];
  #timer: TimerHandle | null = null;
  #statusTimer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: CollectorOptions) {
    const { plant, collectorId, field, link, holding, clock, random, makeId } = options;
    this.#options = options;
    this.outbox = new ConditionOutbox({
      file: outboxFile(options.dataDir, collectorId),
      makeOccurrenceId: makeId,
      makeOutboxId: makeId,
      term: holding.term,
    });
    let adopted: () => void = () => undefined;
    this.#untilAdopted = new Promise((resolve) => {
      adopted = resolve;
    });
    const onHeld = (held: readonly ActiveCondition[]) => {
      const waiting = () => this.outbox.pending(this.outbox.confirmedSequence, Number.MAX_SAFE_INTEGER);
      const before = waiting();
      const fresh = this.outbox.adopt(held);
      options.onAdopted(before, waiting());
      const indexes = fresh.flatMap((alarmId) => plant.alarmIndexById.get(alarmId) ?? []);
      detector.adopt(indexes, clock.nowMs(), clock.monotonicMs());
      this.#commitEdges();
      adopted();
    };
    this.#sender = new ConditionSender({
      outbox: this.outbox,
      link,
      collectorId,
      clock,
      random,
      takeover: { node: holding.node, onHeld, onSuperseded: (laterTerm) => holding.supersede(laterTerm) },
    });
    const stations = plant.stations.filter((station) => station.collectorId === collectorId);
    const devices = stations.flatMap((station) => station.deviceIndexes.flatMap((index) => plant.devices[index] ?? []));
    const detector = createDetector({
      plant,
      stationIndexes: stations.map(({ index }) => index),
      onEdge: (edge) => {
        const nameOf = (index: number) => plant.alarms[index]?.id ?? '';
        const byAlarmId = edge.byAlarmIndex === null ? null : nameOf(edge.byAlarmIndex);
        const { kind, atMs, value, quality, measured } = edge;
        this.#edges.push({ kind, atMs, value, quality, measured, alarmId: nameOf(edge.alarmIndex), byAlarmId });
      },
    });
    detector.restore(this.outbox.activeConditions().flatMap((condition) => plant.alarmIndexById.get(condition.alarmId) ?? []));
    const pipeline = createPipeline({
      plant,
      pointIndexes: stations.flatMap((station) => station.pointIndexes),
      detector,
      historian: { write: () => undefined, flush: async () => undefined },
      link,
      clock,
    });
    this.#scan = () => {
      this.#timer = clock.after(scanMs, () => this.#scan());
      if (!holding.mayRead()) return;
      for (const device of devices) {
        const isAnswering = field.isAnswering[device.index] ?? false;
        detector.device(device.index, isAnswering, clock.nowMs(), clock.monotonicMs());
        const batch = createReadingBatch(plant.pointTable, device.pointIndexes.length);
        for (const point of device.pointIndexes) {
          const value = isAnswering ? (field.values[point] ?? 0) : Number.NaN;
          pushReading(batch, point, clock.nowMs(), value, isAnswering ? Quality.good : Quality.badCommFail);
        }
        pipeline.take(batch);
      }
      detector.tick(clock.nowMs(), clock.monotonicMs());
      this.#commitEdges();
    };
    const { node, term, sinceMs } = holding;
    this.#tellStatus = () => {
      this.#statusTimer = clock.after(statusMs, () => this.#tellStatus());
      link.publishStatus({ ...aliveStatus(clock.nowMs(), collectorId), holder: { node, term, sinceMs } });
    };
  }

  async start(): Promise<void> {
    const { clock } = this.#options;
    if (this.outbox.needsAdoption)
      await Promise.race([this.#untilAdopted, new Promise<void>((resolve) => clock.after(adoptionWaitMs, resolve))]);
    this.#scan();
    this.#tellStatus();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#statusTimer?.cancel();
    this.#commitEdges();
    this.#sender.stop();
    this.closeFiles();
  }

  status(): never {
    throw new Error('nobody asks');
  }

  /** As when the process is killed, too: its files are closed by the system. */
  closeFiles(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.outbox.close();
  }

  #commitEdges(): void {
    if (this.#edges.length === 0) return;
    const messages = this.outbox.append(this.#edges);
    this.#edges = [];
    this.#options.onDurable(messages);
    this.#sender.poke();
  }
}
