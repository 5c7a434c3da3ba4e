// Runs of readings of equal quality, found inside InfluxDB: only where a quality changes, or a silence ends, does a row cross over. A database that knows not all of
// InfluxQL (`elapsed`, `difference`, questions within questions) is read row by row instead.
import type { QualityRuns } from '../historian.ts';
import { qualityRunsOf } from '../quality-runs.ts';
import { type InfluxConnection, InfluxRefusal } from './influx-connection.ts';
import { type Cell, numberAt, pointsOfQuestion, quotedText, readRawOfMany, seriesOf } from './influx-reads.ts';
import { measurement } from './line-protocol.ts';

export interface RunsRange {
  readonly pointIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly silenceMs: number;
}

/** Rows of one answer where they are read one by one. */
const rowsAtOnce = 200_000;

/** Throws an `InfluxRefusal` where the database does not know the question. */
export async function readQualityRuns(connection: InfluxConnection, range: RunsRange, signal: AbortSignal): Promise<QualityRuns> {
  const indexById = new Map(range.pointIds.map((id, index) => [id, index]));
  const columns: QualityRunsColumns = { point: [], fromMs: [], toMs: [], quality: [] };
  for (let start = 0; start < range.pointIds.length; start += pointsOfQuestion) {
    const some = range.pointIds.slice(start, start + pointsOfQuestion);
    const where = `WHERE (${some.map((id) => `point = ${quotedText(id)}`).join(' OR ')}) AND time >= ${Math.ceil(range.fromMs)}ms AND time < ${Math.ceil(range.toMs)}ms`;
    const [first = [], last = [], changes = []] = await seriesOf(
      connection,
      `SELECT first(q) FROM ${measurement} ${where} GROUP BY point; SELECT last(q) FROM ${measurement} ${where} GROUP BY point; ` +
        `SELECT e, d FROM (SELECT elapsed(q, 1ms) AS e, difference(q) AS d FROM ${measurement} ${where} GROUP BY point) WHERE d != 0 OR e > ${Math.floor(range.silenceMs)} GROUP BY point`,
      signal,
    );
    const rowsByPoint = (series: typeof first) => new Map(series.map(({ tags, values }) => [tags.point ?? '', values]));
    const firsts = rowsByPoint(first);
    const lasts = rowsByPoint(last);
    const changesOf = rowsByPoint(changes);
    for (const id of some) {
      const begin = firsts.get(id)?.[0];
      const end = lasts.get(id)?.[0];
      if (begin === undefined || end === undefined) continue;
      putRuns(columns, indexById.get(id) ?? 0, begin, changesOf.get(id) ?? [], end);
    }
  }
  return {
    point: Uint32Array.from(columns.point),
    fromMs: Float64Array.from(columns.fromMs),
    toMs: Float64Array.from(columns.toMs),
    quality: Uint8Array.from(columns.quality),
  };
}

interface QualityRunsColumns {
  readonly point: number[];
  readonly fromMs: number[];
  readonly toMs: number[];
  readonly quality: number[];
}

/** `changes`: of each reading that begins a run, how long after the reading before it, and by how much its quality differs. */
function putRuns(
  columns: QualityRunsColumns,
  point: number,
  first: readonly Cell[],
  changes: readonly (readonly Cell[])[],
  last: readonly Cell[],
): void {
  let fromMs = numberAt(first, 0);
  let quality = numberAt(first, 1);
  const put = (toMs: number) => {
    columns.point.push(point);
    columns.fromMs.push(fromMs);
    columns.toMs.push(toMs);
    columns.quality.push(quality);
  };
  for (const change of changes) {
    const timeMs = numberAt(change, 0);
    put(timeMs - numberAt(change, 1));
    fromMs = timeMs;
    quality += numberAt(change, 2);
  }
  put(numberAt(last, 0));
}

/** The same by reading every row. */
export async function readQualityRunsByRows(connection: InfluxConnection, range: RunsRange, signal: AbortSignal): Promise<QualityRuns> {
  const rows = await readRawOfMany(connection, { ...range, limit: rowsAtOnce }, signal);
  if (!rows.isTruncated) return qualityRunsOf(rows, range.pointIds.length, range.silenceMs);
  if (range.pointIds.length === 1) throw new InfluxRefusal(`more than ${rowsAtOnce} readings of one point in one question`);
  const half = range.pointIds.length >> 1;
  const one = await readQualityRunsByRows(connection, { ...range, pointIds: range.pointIds.slice(0, half) }, signal);
  const other = await readQualityRunsByRows(connection, { ...range, pointIds: range.pointIds.slice(half) }, signal);
  return {
    point: Uint32Array.from([...one.point, ...Array.from(other.point, (index) => index + half)]),
    fromMs: Float64Array.from([...one.fromMs, ...other.fromMs]),
    toMs: Float64Array.from([...one.toMs, ...other.toMs]),
    quality: Uint8Array.from([...one.quality, ...other.quality]),
  };
}
