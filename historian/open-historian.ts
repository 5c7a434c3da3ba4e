// Chooses the historian by its URL: `duckdb:` (embedded, in the data folder) or `duckdb:/path`; `influx://…` for a shared store.
import path from 'node:path';
import { openDuckdbHistorian } from './duckdb/duckdb-historian.ts';
import type { Historian, HistorianOptions } from './historian.ts';

export async function openHistorian(options: HistorianOptions): Promise<Historian> {
  if (options.url.startsWith('duckdb:')) {
    const named = options.url.replace(/^duckdb:(\/\/)?/, '');
    return openDuckdbHistorian({ ...options, folder: path.resolve(named === '' ? path.join(options.dataDir, 'historian') : named) });
  }
  throw new Error(`${options.url} is not a historian: expected duckdb: or duckdb:/path`);
}
