// Copies the journal's schema out of PostgreSQL and back, by PostgreSQL's own `pg_dump` and `pg_restore`: they must be installed where this runs, in a version
// not older than the database's.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { schemaOf } from './postgres-dialect.ts';

const run = promisify(execFile);

/** A moment of the database that is held until it is let go. */
export interface PostgresMoment {
  rows(statement: string): Promise<Record<string, unknown>[]>;
  dumpTo(file: string): Promise<void>;
  letGo(): Promise<void>;
}

export async function takePostgresMoment(url: string): Promise<PostgresMoment> {
  const schema = schemaOf(url);
  const client = new pg.Client({ connectionString: plainUrl(url), application_name: 'gatewatch backup', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a cut connection fails the query that is under way
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL search_path TO ${client.escapeIdentifier(schema)}`);
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    const snapshot = rows[0]?.snapshot ?? '';
    return {
      rows: async (statement) => (await client.query<Record<string, unknown>>(statement)).rows,
      dumpTo: (file) =>
        program('pg_dump', [
          '--format=custom',
          '--no-owner',
          '--no-privileges',
          `--schema=${schema}`,
          `--snapshot=${snapshot}`,
          `--file=${file}`,
          plainUrl(url),
        ]),
      letGo: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Into a database that has no such schema yet, or an empty one. Throws otherwise, and changes nothing. */
export async function restorePostgres(url: string, file: string, dumpedSchema: string): Promise<void> {
  const schema = schemaOf(url);
  if (schema !== dumpedSchema)
    throw new Error(`the backup holds the schema ${dumpedSchema}: give --journal with ?schema=${dumpedSchema}, and not ${schema}`);
  const client = new pg.Client({ connectionString: plainUrl(url), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ tables: string }>('SELECT count(*) AS tables FROM pg_tables WHERE schemaname = $1', [schema]);
    if (Number(rows[0]?.tables ?? 0) > 0)
      throw new Error(`the schema ${schema} of the database has tables already: a backup is only restored into an empty one`);
    // The dump makes it; `public` is there in every database.
    if (schema !== 'public') await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(schema)}`);
  } finally {
    await client.end();
  }
  const publicIsThere = schema === 'public' ? ['--schema=public'] : [];
  await program('pg_restore', [
    '--exit-on-error',
    '--single-transaction',
    '--no-owner',
    '--no-privileges',
    ...publicIsThere,
    `--dbname=${plainUrl(url)}`,
    file,
  ]);
}

async function program(name: 'pg_dump' | 'pg_restore', parameters: readonly string[]): Promise<void> {
  try {
    await run(name, [...parameters], { maxBuffer: 4_000_000 });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT')
      throw new Error(
        `${name} is not installed here: install PostgreSQL's client programs in the version of the database (Debian: postgresql-client), or run this where they are`,
      );
    throw new Error(`${name} failed: ${(stderr ?? '').trim() || String(error)}`);
  }
}

/** `schema` is ours; PostgreSQL's programs refuse a parameter that they do not know. */
function plainUrl(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.delete('schema');
  return parsed.href;
}
