// The data folder before anything is started on it: made where it is not there, refused where a restore into it was cut off.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../../domain/start/start-error.ts';
import { isRestoreUnfinished } from './restore-mark.ts';

/** Its absolute path. */
export function prepareDataDir(dataDir: string): string {
  const absolute = path.resolve(dataDir);
  if (isRestoreUnfinished(absolute))
    throw new StartError(`${absolute} holds a restore that was cut off: empty the folder and restore again`);
  try {
    mkdirSync(absolute, { recursive: true });
  } catch (error) {
    throw new StartError(`cannot use the data folder ${absolute}: ${(error as Error).message}`);
  }
  return absolute;
}
