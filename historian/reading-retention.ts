// How long raw readings are kept, as the settings say it. Everything is kept where they say nothing.
import type { Settings } from '../domain/settings/settings.ts';
import { StartError } from '../domain/start/start-error.ts';
import type { ReadingRetention } from './historian.ts';

/** Each removal is a line of the journal, so only where the readings and the journal are in one process. */
export function retentionOf(settings: Settings, announce: ReadingRetention['announce']): { readonly retention?: ReadingRetention } {
  if (settings.keepReadings === undefined) return {};
  if (!settings.historian.startsWith('duckdb:'))
    throw new StartError('--keep-readings is for the embedded historian: InfluxDB removes by the retention of its own bucket');
  return { retention: { days: Math.floor(settings.keepReadings / 86_400_000), announce } };
}
