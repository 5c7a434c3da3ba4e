// One life of a collector in a simulation: the real pipeline, detection, outbox and sender over a plant whose values the simulation turns.
import { createDetector } from '../../../collector/detection/create-detector.ts';
import type { NamedEdge } from '../../../collector/outbox/condition-outbox.ts';
import { ConditionOutbox } from '../../../collector/outbox/condition-outbox.ts';
import { ConditionSender } from '../../../collector/outbox/condition-sender.ts';
import { createPipeline } from '../../../collector/pipeline/pipeline.ts';
import type { ConditionMessage } from '../../../domain/messages/condition-message.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../../domain/readings/reading-batch.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { CollectorLink } from '../../../link/link.ts';
import type { Random } from '../../../simulators/process/random.ts';

/** What the devices have now. */
export interface SimulatedField {
  readonly values: Float64Array;
  /** Of each device. */
  readonly isAnswering: boolean[];
}

export class SimulatedCollector {
  readonly outbox: ConditionOutbox;
  readonly #sender: ConditionSender;
  readonly #link: CollectorLink;
  readonly #scan: () => void;
  #edges: NamedEdge[] = [];
  #isDead = false;

  constructor(options: {
    readonly plant: Plant;
    readonly collectorId: string;
    readonly outboxFile: string;
    readonly field: SimulatedField;
    readonly link: CollectorLink;
    readonly clock: Clock;
    readonly random: Random;
    readonly makeId: () => string;
    /** On disk. */
    readonly onDurable: (messages: readonly ConditionMessage[]) => void;
  }) {
    const { plant, field, link, clock, random, onDurable } = options;
    this.#link = link;
    const { makeId } = options;
    this.outbox = new ConditionOutbox({ file: options.outboxFile, makeOccurrenceId: makeId, makeOutboxId: makeId });
    this.#sender = new ConditionSender({ outbox: this.outbox, link, collectorId: options.collectorId, clock, random });
    const detector = createDetector({
      plant,
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
      pointIndexes: plant.points.map(({ index }) => index),
      detector,
      historian: { write: () => undefined, flush: async () => undefined },
      link,
      clock,
    });
    this.#scan = () => {
      for (const device of plant.devices) {
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
      if (this.#edges.length === 0) return;
      const messages = this.outbox.append(this.#edges);
      this.#edges = [];
      onDurable(messages);
      this.#sender.poke();
    };
  }

  scan(): void {
    if (!this.#isDead) this.#scan();
  }

  /** Whatever was not on disk is gone. */
  kill(): void {
    this.#isDead = true;
    this.#sender.stop();
    void this.#link.close();
    this.outbox.close();
  }
}
