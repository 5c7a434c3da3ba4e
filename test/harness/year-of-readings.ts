// A year of readings at 1 Hz as sealed files of the embedded historian, made by SQL: writing them through the front door would take an hour of a test.
// `withReadings: false` leaves out the days' own readings and makes the roll-ups alone, which is all that a year's trend is drawn from.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { minuteRollUp } from '../../historian/duckdb/read-readings.ts';

const dayMs = 86_400_000;
const rowGroupRows = { readings: 122_880, minutes: 20_480 } as const;

export interface YearOfReadings {
  /** The historian's own folder. */
  readonly folder: string;
  readonly pointIds: readonly string[];
  /** Midnight UTC of the first day. */
  readonly fromMs: number;
  readonly days: number;
  readonly withReadings: boolean;
  readonly print?: (line: string) => void;
}

/** Days (counted from the first) on which nothing was read at all. */
export const gapDays = [100, 101] as const;

export async function makeYearOfReadings(year: YearOfReadings): Promise<void> {
  for (const name of ['days', 'minutes']) mkdirSync(path.join(year.folder, name), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB', temp_directory: year.folder });
  try {
    const connection = await instance.connect();
    let fileNumber = 0;
    const fileName = (kind: string, name: string) => {
      fileNumber += 1;
      return path.join(year.folder, kind, `${name}.${String(fileNumber).padStart(6, '0')}.parquet`);
    };
    for (let day = 0; day < year.days; ) {
      const month = new Date(year.fromMs + day * dayMs).toISOString().slice(0, 7);
      const selects: string[] = [];
      for (; day < year.days && new Date(year.fromMs + day * dayMs).toISOString().startsWith(month); day += 1) {
        if (gapDays.some((gap) => gap === day)) continue;
        const startMs = year.fromMs + day * dayMs;
        if (year.withReadings) {
          const file = fileName('days', new Date(startMs).toISOString().slice(0, 10));
          await copy(connection, file, readingsOfDay(year, startMs), 'readings', year.pointIds);
          selects.push(`SELECT * FROM read_parquet('${file}')`);
        } else selects.push(`SELECT * FROM (${minutesOfDay(year, startMs)})`);
      }
      const all = selects.join(' UNION ALL ');
      const minutes = year.withReadings ? `SELECT ${minuteRollUp} FROM (${all}) GROUP BY ALL` : all;
      await copy(connection, fileName('minutes', month), `${minutes} ORDER BY point, minute_ms`, 'minutes', year.pointIds);
      year.print?.(`${month} made`);
    }
    connection.disconnectSync();
  } finally {
    instance.closeSync();
  }
}

/** Seasons, days, and the noise of an instrument with two digits. */
const curve = (time: string) =>
  `round(50 + 20 * sin(${time} / 5.02e9 + point) + 8 * sin(${time} / 1.375e7 + point) + 0.2 * ((hash(${time}, point) % 1000) / 1000.0 - 0.5), 2)`;

function readingsOfDay({ pointIds }: YearOfReadings, startMs: number): string {
  return `SELECT point::INTEGER AS point, time_ms::BIGINT AS time_ms, ${curve('time_ms')}::DOUBLE AS value, 0::UTINYINT AS quality
    FROM range(${pointIds.length}) points(point), (SELECT ${startMs} + second * 1000 AS time_ms FROM range(86400) seconds(second)) ORDER BY ALL`;
}

function minutesOfDay({ pointIds }: YearOfReadings, startMs: number): string {
  return `SELECT point::INTEGER AS point, minute_ms::BIGINT AS minute_ms, value - 0.1 AS min, value + 0.1 AS max, 60 * value AS sum, 60::UINTEGER AS valued,
      value AS last, (minute_ms + 59000)::BIGINT AS last_ms, 60::UINTEGER AS good, 60::UINTEGER AS total
    FROM (SELECT point, minute_ms, ${curve('minute_ms')}::DOUBLE AS value
      FROM range(${pointIds.length}) points(point), (SELECT ${startMs} + minute * 60000 AS minute_ms FROM range(1440) minutes(minute)))`;
}

async function copy(
  connection: DuckDBConnection,
  file: string,
  select: string,
  kind: keyof typeof rowGroupRows,
  pointIds: readonly string[],
): Promise<void> {
  await connection.run(
    `COPY (${select}) TO '${file}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE ${rowGroupRows[kind]},
       KV_METADATA {points: '${JSON.stringify(pointIds)}', replaces: '[]'})`,
  );
}
