// In which order a backup takes things: a picture that is stored while it runs, before the moment of the journal, is in it.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { makeBackup } from './make-backup.ts';
import { SqliteSnapshot } from './sqlite-snapshot.ts';

test('a picture stored just before the moment of the journal is in the backup; keys are not, and are named', async () => {
  const folder = temporaryFolder();
  const dataDir = path.join(folder, 'data');
  mkdirSync(dataDir);
  await (await openDatabase('sqlite:', dataDir)).destroy();
  writeFileSync(path.join(dataDir, 'access.key'), 'secret');
  const take = SqliteSnapshot.take;
  const taken = vi.spyOn(SqliteSnapshot, 'take').mockImplementation((file) => {
    mkdirSync(path.join(dataDir, 'incident-photos'), { recursive: true });
    writeFileSync(path.join(dataDir, 'incident-photos', 'late'), 'picture');
    return take(file);
  });
  const made = await makeBackup({
    dataDir,
    journalUrl: 'sqlite:',
    historianDir: null,
    into: path.join(folder, 'backups'),
    hasKeys: false,
    version: '0.0.0',
    nowMs: Date.UTC(2026, 0, 1),
  });
  expect(taken).toHaveBeenCalledTimes(1);
  taken.mockRestore();
  expect(made.content.files.map(({ path: place }) => place)).toEqual(['incident-photos/late', 'journal.sqlite']);
  expect(made.keysLeftOut).toEqual(['access.key']);
  expect(existsSync(path.join(made.folder, 'access.key'))).toBe(false);
});
