// Secrets of the interfaces towards other systems come from the environment or a file that the plant file names. They are read at each use, so that a
// rotated file is taken without a restart, and never logged.
import { readFile } from 'node:fs/promises';
import type { SecretSource } from '../../domain/plant/compile-northbound.ts';

export async function readSecret(source: SecretSource): Promise<string> {
  if (source.env !== null) {
    const value = process.env[source.env];
    if (value === undefined || value === '') throw new Error(`environment variable ${source.env} is not set`);
    return value;
  }
  if (source.file !== null) {
    const value = (await readFile(source.file, 'utf8')).trim();
    if (value === '') throw new Error(`${source.file} is empty`);
    return value;
  }
  throw new Error('no secret is named');
}
