// What points showed in a stretch of the past, in columns: the statement in force at its beginning, then every change. From the historian alone.
import type { ReplayReadings } from '../../domain/api/replay-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { heldMsOf, type Statement, statementsOf } from '../../domain/replay/past-readings.ts';
import type { HistorianReader } from '../../historian/historian.ts';

/** More rows than this are cut, at a moment: the answer says how far it reaches. */
const rowsMax = 60_000;

export async function pastReadings(options: {
  readonly plant: Plant;
  readonly historian: HistorianReader;
  readonly pointIndexes: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly signal?: AbortSignal;
}): Promise<ReplayReadings> {
  const { plant, historian, fromMs, nowMs } = options;
  const points = options.pointIndexes.flatMap((index) => plant.points[index] ?? []);
  const reachMs = Math.max(0, ...points.map((point) => heldMsOf(point.scanMs)));
  const found = await historian.readRawOfMany({
    pointIds: points.map((point) => point.id),
    fromMs: fromMs - reachMs,
    toMs: Math.min(nowMs, options.toMs + reachMs) + 1,
    limit: rowsMax,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const knownUntilMs = found.isTruncated ? (found.timeMs.at(-1) ?? fromMs) : Math.min(nowMs, options.toMs + reachMs);
  // What is cut must still be known a while ahead, or the end would look like a gap.
  const toMs = found.isTruncated ? Math.max(fromMs + 1, Math.min(options.toMs, knownUntilMs - reachMs)) : options.toMs;
  const byPoint = points.map((): Statement[] => []);
  for (let row = 0; row < found.timeMs.length; row += 1) {
    const value = found.value[row] ?? Number.NaN;
    byPoint[found.point[row] ?? -1]?.push({
      timeMs: found.timeMs[row] ?? 0,
      value: Number.isFinite(value) ? value : null,
      quality: found.quality[row] ?? 0,
    });
  }
  const rows: (Statement & { readonly point: number })[] = [];
  for (const [point, readings] of byPoint.entries()) {
    const statements = statementsOf(readings, { scanMs: points[point]?.scanMs ?? 0, knownUntilMs });
    const first = statements.findLast((statement) => statement.timeMs <= fromMs);
    if (first !== undefined) rows.push({ ...first, point });
    for (const statement of statements) if (statement.timeMs > fromMs && statement.timeMs < toMs) rows.push({ ...statement, point });
  }
  rows.sort((one, other) => one.timeMs - other.timeMs);
  return {
    fromMs,
    toMs,
    ids: points.map((point) => point.id),
    point: rows.map((row) => row.point),
    t: rows.map((row) => row.timeMs),
    v: rows.map((row) => row.value),
    q: rows.map((row) => row.quality),
  };
}
