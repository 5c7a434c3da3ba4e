// Backup and restore where the journal is in PostgreSQL, by pg_dump and pg_restore: the moment of the backup, and nothing after it.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { type Postgres, postgresProgram, startPostgres } from '../../test/services/postgres.ts';
import { serviceProgram } from '../../test/services/service.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';

describe.skipIf(postgresProgram() === null || serviceProgram('pg_dump', 'postgresql-client') === null)(
  'backup of a journal in PostgreSQL',
  () => {
    let postgres: Postgres;
    beforeAll(async () => {
      postgres = await startPostgres({ isDurable: false });
    });
    afterAll(() => postgres?.remove());

    test('what was committed before it is restored into an empty schema, and only there', async () => {
      const folder = temporaryFolder();
      const dataDir = path.join(folder, 'data');
      mkdirSync(dataDir);
      const journalUrl = `${postgres.url}?schema=gatewatch`;
      const database = await openDatabase(journalUrl, dataDir);
      const ledger = new Ledger(database, await Journal.open(database), systemClock);
      const line = (number: number) => ({
        occurredAtMs: number,
        kind: 'system.start',
        stationId: null,
        alarmId: null,
        occurrenceId: null,
        actor: { kind: 'system' as const, part: 'server' },
        detail: { number },
      });
      for (let number = 0; number < 20; number += 1) await ledger.note(line(number));
      let isOver = false;
      const writing = (async () => {
        for (let number = 20; !isOver; number += 1) await ledger.note(line(number));
      })();
      const made = await makeBackup({
        dataDir,
        journalUrl,
        historianDir: null,
        into: path.join(folder, 'backups'),
        hasKeys: false,
        version: '0.0.0',
        nowMs: Date.now(),
      });
      isOver = true;
      await writing;
      await database.destroy();
      expect(made.content.journal).toMatchObject({ engine: 'postgres', schema: 'gatewatch', file: 'journal.pgdump' });
      expect(made.content.journal.lines).toBeGreaterThanOrEqual(20);

      const order = {
        backup: made.folder,
        keysFrom: null,
        restoredBy: 'test',
        nowMs: Date.now(),
        settleOutbox: () => undefined,
      };
      await expect(restoreBackup({ ...order, dataDir: path.join(folder, 'other'), journalUrl })).rejects.toThrow('has tables already');
      await expect(restoreBackup({ ...order, dataDir: path.join(folder, 'lite'), journalUrl: 'sqlite:' })).rejects.toThrow(
        'a journal of PostgreSQL',
      );
      await postgres.query('CREATE DATABASE second');
      const second = journalUrl.replace('/postgres?', '/second?');
      const restored = await restoreBackup({ ...order, dataDir: path.join(folder, 'restored'), journalUrl: second });
      expect(restored.content.journal.lines).toBe(made.content.journal.lines);
    });
  },
);
