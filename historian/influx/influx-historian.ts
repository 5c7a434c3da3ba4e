// Readings into InfluxDB 1.x or 2.x through a disk spool, and out of it in InfluxQL.
import type { Historian, HistorianOptions } from '../historian.ts';
import type { InfluxTarget } from './influx-target.ts';

export interface InfluxHistorianOptions extends Omit<HistorianOptions, 'url'> {
  readonly target: InfluxTarget;
  /** Folder of the lines that the database has not confirmed. */
  readonly spoolFolder: string;
}

export async function openInfluxHistorian(options: InfluxHistorianOptions): Promise<Historian> {
  throw new Error(`not written yet: ${options.target.description}`);
}
