// For the project `postgres`: one real PostgreSQL for a run, with a migrated database that is copied for each folder in which a test opens SQLite otherwise.
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../server/journal/database.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the database that is copied, `migrated`. */
    readonly postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ isDurable: false });
  await postgres.query('CREATE DATABASE migrated');
  const url = postgres.url.replace(/postgres$/, 'migrated');
  await (await openDatabase(url, '')).destroy();
  project.provide('postgresUrl', url);
  return () => postgres.remove();
}
