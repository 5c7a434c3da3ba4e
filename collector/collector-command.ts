// `gatewatch collector`: the half that talks to the field, apart from the server. It reads the stations of one collector, or those that several processes hold in turn.
import type { Logger } from 'pino';
import type { Plant } from '../domain/plant/plant.ts';
import type { Settings } from '../domain/settings/settings.ts';
import type { OnStop } from '../domain/start/on-stop.ts';
import type { StartError } from '../domain/start/start-error.ts';
import type { Clock } from '../domain/time/clock.ts';
import { openReadings } from '../historian/open-readings.ts';
import { connectNatsCollectorLink } from '../link/nats/nats-collector-link.ts';
import { createCollector } from './collector.ts';
import { holdAmongSeveral } from './holding/hold-among-several.ts';

export interface CollectorOptions {
  readonly collectorId: string;
  /** Several processes may hold these, one each at a time; its own first. */
  readonly hold?: string;
  readonly node?: string;
  readonly whenIsolated: string;
}

export interface CollectorCommand {
  readonly settings: Settings;
  readonly plant: Plant;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onStop: OnStop;
  readonly print: (line: string) => void;
}

/** `ended` settles where the process has to end by itself, with the reason. */
export async function startCollectorApart(
  options: CollectorOptions,
  command: CollectorCommand,
): Promise<{ readonly ended?: Promise<StartError> }> {
  const { settings, plant, dataDir, clock, log, onStop, print } = command;
  const { historian, disk } = await openReadings({ url: settings.historian, plant, dataDir, clock, log }, onStop);
  const { collectorId, hold } = options;
  if (hold !== undefined) return holdAmongSeveral({ ...options, hold }, { ...command, historian, disk });
  const link = await connectNatsCollectorLink(settings.link, { collectorId, table: plant.pointTable, plantId: plant.company.id });
  onStop('link', () => link.close());
  const collector = await createCollector({ plant, collectorId, historian, link, disk, dataDir, clock, log });
  onStop('collector', () => collector.stop());
  await collector.start();
  print(`collector ${collectorId} is running`);
  return {};
}
