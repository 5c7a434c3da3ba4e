// Days of the demo plant's readings, written through the historian's front door before the product is started on them: with a gap, bad and uncertain
// readings, and a flow that adds up.
import path from 'node:path';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { demoPlantText, messageGatewayName } from '../../simulators/demo/demo-plant.ts';

const scansEachBatch = 1_000;

export interface HistoryOfPoint {
  readonly pointId: string;
  /** Null: nothing is read at that moment. */
  readonly at: (timeMs: number) => readonly [value: number, quality?: number] | null;
}

/** Its devices and its message gateway are where nobody listens, unless a port is given. */
export function demoPlant(messageGatewayPort: number | null = null): Plant {
  return parsedPlant(demoText(messageGatewayPort));
}

export function demoText(messageGatewayPort: number | null = null): string {
  const portOf = (name: string) => (name === messageGatewayName && messageGatewayPort !== null ? messageGatewayPort : 502);
  const ports = { host: messageGatewayPort === null ? 'h' : '127.0.0.1', portOf, thumbprintOf: () => '0'.repeat(40) };
  return demoPlantText(ports);
}

export function parsedPlant(text: string): Plant {
  const parsed = parsePlantText(text, { version: 'demo' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues.slice(0, 3)));
  return parsed.plant;
}

export async function writeHistory(
  dataDir: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
  points: readonly HistoryOfPoint[],
): Promise<number> {
  const plant = demoPlant();
  const historian = await openDuckdbHistorian({
    plant,
    dataDir,
    // Where the product keeps the demo's.
    folder: path.join(dataDir, 'demo', 'historian'),
    clock: new ManualClock(span.toMs),
    log: { info: () => undefined, warn: (_fields, message) => console.warn(message), error: (_fields, message) => console.error(message) },
  });
  try {
    const indexed = points.map((point) => ({ ...point, index: plant.pointIndexById.get(point.pointId) ?? -1 }));
    const unknown = indexed.find(({ index }) => index === -1);
    if (unknown !== undefined) throw new Error(`the demo plant has no point ${unknown.pointId}`);
    for (let startMs = span.fromMs; startMs < span.toMs; startMs += span.stepMs * scansEachBatch) {
      const batch = createReadingBatch(plant.pointTable, scansEachBatch * points.length);
      const endMs = Math.min(span.toMs, startMs + span.stepMs * scansEachBatch);
      for (let timeMs = startMs; timeMs < endMs; timeMs += span.stepMs) {
        for (const { index, at } of indexed) {
          const reading = at(timeMs);
          if (reading !== null) pushReading(batch, index, timeMs, reading[0], reading[1] ?? Quality.good);
        }
      }
      historian.write(batch);
      await historian.flush();
    }
    return historian.status().written;
  } finally {
    await historian.close();
  }
}
