// Opens the company's directory where the access file names one. What is missing or does not fit the plant stops the start.
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from './access-control.ts';
import { Directory } from './directory.ts';

export function openDirectory(options: {
  readonly access: AccessControl;
  readonly plant: Plant;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
}): Directory | null {
  const { access, plant, environment, clock, log } = options;
  const settings = access.policy.directory;
  if (settings === undefined) return null;
  const secret = environment[settings.clientSecret];
  if (secret === undefined || secret === '')
    throw new Error(`directory.clientSecret: the environment variable ${settings.clientSecret} is not set`);
  for (const { group, stations } of settings.groups) {
    const unknown = stations?.find((id) => !plant.stationIndexById.has(id));
    if (unknown !== undefined)
      throw new Error(`directory.groups: ${group} names the station ${unknown}, which the plant file does not have`);
  }
  return new Directory({ settings, secret, key: access.key, clock, log });
}
