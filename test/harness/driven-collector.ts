// The collector's way from a value to the outbox and the server (pipeline, detection, outbox, sender), scanned by hand over values that a test turns.
import { randomUUID } from 'node:crypto';
import { createDetector } from '../../collector/detection/create-detector.ts';
import { ConditionOutbox, type NamedEdge, outboxFile } from '../../collector/outbox/condition-outbox.ts';
import { ConditionSender } from '../../collector/outbox/condition-sender.ts';
import { createPipeline } from '../../collector/pipeline/pipeline.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { CollectorLink } from '../../link/link.ts';

export const drivenCollectorId = 'default';

export class DrivenCollector {
  /** Of every point of the plant; every device answers. */
  readonly values: Float64Array;
  readonly #scan: () => readonly ConditionMessage[];

  constructor(options: { readonly plant: Plant; readonly dataDir: string; readonly link: CollectorLink; readonly clock: Clock }) {
    const { plant, link, clock } = options;
    this.values = new Float64Array(plant.points.length);
    const outbox = new ConditionOutbox({ file: outboxFile(options.dataDir, drivenCollectorId), makeOccurrenceId: randomUUID });
    const sender = new ConditionSender({ outbox, link, collectorId: drivenCollectorId, clock, random: Math.random });
    let edges: NamedEdge[] = [];
    const detector = createDetector({
      plant,
      onEdge: (edge) => {
        const nameOf = (index: number) => plant.alarms[index]?.id ?? '';
        const byAlarmId = edge.byAlarmIndex === null ? null : nameOf(edge.byAlarmIndex);
        const { kind, atMs, value, quality, measured } = edge;
        edges.push({ kind, atMs, value, quality, measured, alarmId: nameOf(edge.alarmIndex), byAlarmId });
      },
    });
    detector.restore(outbox.activeConditions().flatMap((condition) => plant.alarmIndexById.get(condition.alarmId) ?? []));
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
        detector.device(device.index, true, clock.nowMs(), clock.monotonicMs());
        const batch = createReadingBatch(plant.pointTable, device.pointIndexes.length);
        for (const point of device.pointIndexes) pushReading(batch, point, clock.nowMs(), this.values[point] ?? 0, Quality.good);
        pipeline.take(batch);
      }
      detector.tick(clock.nowMs(), clock.monotonicMs());
      if (edges.length === 0) return [];
      const messages = outbox.append(edges);
      edges = [];
      sender.poke();
      return messages;
    };
  }

  /** What it found out, on disk. */
  scan(): readonly ConditionMessage[] {
    return this.#scan();
  }
}
