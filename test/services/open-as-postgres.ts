// Set-up of the project `postgres`: the same tests, another database under them.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { inject, vi } from 'vitest';

vi.mock('../../server/journal/database.ts', async (original) => {
  const real = await original<typeof import('../../server/journal/database.ts')>();
  return {
    ...real,
    openDatabase: async (asked: string, dataDir: string) =>
      real.openDatabase(asked.startsWith('sqlite:') ? await databaseOf(`${asked} ${dataDir}`) : asked, dataDir),
  };
});

/** One database a folder, the same when it is opened again. */
async function databaseOf(place: string): Promise<string> {
  const template = inject('postgresUrl');
  const name = `t${createHash('sha1').update(place).digest('hex')}`;
  const client = new pg.Client({ connectionString: template.replace(/migrated$/, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name} TEMPLATE migrated`);
  } finally {
    await client.end();
  }
  return template.replace(/migrated$/, name);
}
