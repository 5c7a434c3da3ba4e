// Opens the historian that the settings name: `duckdb:` (embedded, the default) or `influx://…`.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openDuckdbHistorian } from './duckdb/duckdb-historian.ts';
import { duckdbFolder } from './duckdb-folder.ts';
import type { Historian, HistorianOptions } from './historian.ts';
import { openInfluxHistorian } from './influx/influx-historian.ts';
import { parseInfluxUrl } from './influx/influx-target.ts';

/**
 * - `duckdb:` in `<dataDir>/historian`; `duckdb:folder` or `duckdb:///folder` elsewhere
 * - `influx://host:8086/?org=…&bucket=…` (2.x, token in GATEWATCH_INFLUX_TOKEN or a file named by GATEWATCH_INFLUX_TOKEN_FILE)
 * - `influx://host:8086/?db=…` (1.x, GATEWATCH_INFLUX_USER and GATEWATCH_INFLUX_PASSWORD where it asks for them); `influxs://` for TLS
 *
 * Throws where the URL is malformed, or another process has the embedded store open. A store that is away or damaged does not throw: status() tells.
 */
export async function openHistorian(
  options: HistorianOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Historian> {
  const { url, ...rest } = options;
  const scheme = /^([a-z]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'duckdb': {
      const folder = duckdbFolder(url, options.dataDir);
      mkdirSync(options.dataDir, { recursive: true });
      return openDuckdbHistorian({ ...rest, folder });
    }
    case 'influx':
    case 'influxs': {
      const target = parseInfluxUrl(url, environment);
      return openInfluxHistorian({ ...rest, target, spoolFolder: path.join(options.dataDir, 'historian-spool') });
    }
    default:
      throw new Error(
        `historian ${JSON.stringify(url)} is not understood: expected duckdb:, duckdb:///folder, influx://host:port/?org=…&bucket=… or influx://host:port/?db=…`,
      );
  }
}
