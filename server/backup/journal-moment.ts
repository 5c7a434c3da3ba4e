// One moment of the journal's database, SQLite or PostgreSQL, held while it is copied. What is said of it (lines, head, migrations) is read in the same moment.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { takePostgresMoment } from '../journal/postgres/dump-journal.ts';
import { schemaOf } from '../journal/postgres/postgres-dialect.ts';
import { type BackupContent, BackupError } from './backup-manifest.ts';
import { SqliteSnapshot } from './sqlite-snapshot.ts';

export interface JournalMoment {
  readonly facts: BackupContent['journal'];
  copyTo(folder: string): Promise<void>;
  letGo(): Promise<void>;
}

const headQuery = 'SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1';
const migrationQuery = 'SELECT name FROM kysely_migration ORDER BY name';

export async function takeJournalMoment(url: string, dataDir: string): Promise<JournalMoment> {
  if (/^postgres(ql)?:/.test(url)) {
    const moment = await takePostgresMoment(url);
    try {
      const file = 'journal.pgdump';
      return {
        facts: {
          engine: 'postgres',
          file,
          schema: schemaOf(url),
          ...factsOf(await moment.rows(headQuery), await moment.rows(migrationQuery)),
        },
        copyTo: (folder) => moment.dumpTo(path.join(folder, file)),
        letGo: () => moment.letGo(),
      };
    } catch (error) {
      await moment.letGo();
      throw error;
    }
  }
  const file = journalFile(url, dataDir);
  if (!existsSync(file))
    throw new BackupError(`there is no journal ${file}: is --data-dir the folder of the monitor (the demo plant: ./data/demo)?`);
  const snapshot = SqliteSnapshot.take(file);
  return {
    facts: { engine: 'sqlite', file: 'journal.sqlite', schema: '', ...factsOf(snapshot.rows(headQuery), snapshot.rows(migrationQuery)) },
    copyTo: (folder) => snapshot.copyTo(path.join(folder, 'journal.sqlite')),
    letGo: async () => snapshot.close(),
  };
}

export function journalFile(url: string, dataDir: string): string {
  const named = url.replace(/^sqlite:(\/\/)?/, '');
  return path.resolve(named === '' ? path.join(dataDir, 'journal.sqlite') : named);
}

function factsOf(head: readonly Record<string, unknown>[], migrations: readonly Record<string, unknown>[]) {
  return {
    lines: Number(head[0]?.sequence ?? 0),
    headHash: String(head[0]?.hash ?? '0'.repeat(64)),
    migrations: migrations.map(({ name }) => String(name)),
  };
}
