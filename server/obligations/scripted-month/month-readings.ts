// The scripted month: readings, made as they are asked for, and when an instrument gave no good one.
import { Quality } from '../../../domain/readings/quality.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { HistorianReader } from '../../../historian/historian.ts';
import { qualityRunsOf } from '../../../historian/quality-runs.ts';
import { at, hour, minute, plantOfFile } from './month-plant.ts';

/** When a point gave no good reading, and how. */
const faults: readonly { readonly point: RegExp; readonly fromMs: number; readonly toMs: number; readonly quality: number | null }[] = [
  // Planted: 25 minutes of one instrument, 40 of a whole station, half an hour of a detector.
  { point: /^GS-02\.TT-1$/, fromMs: at(4, 3), toMs: at(4, 3, 25), quality: Quality.badCommFail },
  { point: /^GS-03\./, fromMs: at(9, 1), toMs: at(9, 1, 40), quality: null },
  { point: /^GS-04\.GD-1$/, fromMs: at(12, 14), toMs: at(12, 14, 30), quality: Quality.badInstrumentFault },
  // Planted: a device that answers with an exception, a value that somebody typed in, twenty minutes each.
  { point: /^GS-06\.TT-1$/, fromMs: at(7, 4), toMs: at(7, 4, 20), quality: Quality.badDeviceException },
  { point: /^GS-06\.PT-1$/, fromMs: at(8, 4), toMs: at(8, 4, 20), quality: Quality.uncertainSubstituted },
  // No breach: six minutes; an hour of the detector under a permit.
  { point: /^GS-01\.PT-1$/, fromMs: at(6, 8), toMs: at(6, 8, 6), quality: Quality.badCommFail },
  { point: /^GS-01\.GD-1$/, fromMs: at(16, 9), toMs: at(16, 10), quality: Quality.badMaintenance },
  // Over midnight of the month's end: some minutes on either side.
  { point: /^GS-02\.TT-1$/, fromMs: at(31, 23, 53), toMs: at(32, 0, 8), quality: Quality.badCommFail },
  { point: /^GS-04\.GD-1$/, fromMs: at(31, 23, 52), toMs: at(32, 0, 12), quality: Quality.badInstrumentFault },
  // Planted: nine minutes a hundred and ten times: none of them a long gap, together more than may be missing.
  ...Array.from({ length: 110 }, (_, index) => ({
    point: /^GS-05\.TT-1$/,
    fromMs: at(1, 2) + index * 6 * hour,
    toMs: at(1, 2, 9) + index * 6 * hour,
    quality: Quality.badCommFail as number | null,
  })),
];
const faultsOf = new Map(plantOfFile.points.map(({ id }) => [id, faults.filter(({ point }) => point.test(id))]));

/** One reading a minute, a fault's quality or nothing in its time; at its two ends a reading to the second. */
function readingsOf(pointId: string, fromMs: number, toMs: number): [number, number][] {
  const own = (faultsOf.get(pointId) ?? []).filter(({ fromMs: from, toMs: to }) => to > fromMs - hour && from < toMs + hour);
  const rows: [number, number][] = [];
  for (let timeMs = Math.ceil(fromMs / minute) * minute; timeMs < toMs; timeMs += minute) {
    const fault = own.find((candidate) => candidate.fromMs <= timeMs && timeMs < candidate.toMs);
    if (fault === undefined) rows.push([timeMs, 0]);
    else if (fault.quality !== null) rows.push([timeMs, fault.quality]);
  }
  return rows;
}

/** For so long the store of readings answers nobody: what it holds is counted afterwards. */
const storeAway = { fromMs: at(27, 1), toMs: at(27, 5) };

/** Answers by the clock of the month. */
export const historianAt = (clock: Clock): Pick<HistorianReader, 'readQualityRuns'> => ({
  readQualityRuns: async ({ pointIds, fromMs, toMs, silenceMs }) => {
    if (clock.nowMs() >= storeAway.fromMs && clock.nowMs() < storeAway.toMs) throw new Error('no answer');
    const rows = pointIds.flatMap((id, index) => readingsOf(id, fromMs, toMs).map(([timeMs, quality]) => ({ timeMs, quality, index })));
    const columns = {
      timeMs: Float64Array.from(rows, (row) => row.timeMs),
      quality: Uint8Array.from(rows, (row) => row.quality),
      point: Uint16Array.from(rows, (row) => row.index),
    };
    return qualityRunsOf(columns, pointIds.length, silenceMs);
  },
});
