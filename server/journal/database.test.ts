import { existsSync, readdirSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from './database.ts';

test('a database that a newer version has migrated is refused, and left as it is', async () => {
  const folder = temporaryFolder();
  const database = await openDatabase('sqlite:', folder);
  await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(database);
  await database.destroy();
  await expect(openDatabase('sqlite:', folder)).rejects.toThrow(/written by a newer Gatewatch/);
  await expect(openDatabase('sqlite:', folder)).rejects.toThrow(/written by a newer Gatewatch/);
});

test('before an older database is migrated a copy of it is kept; a new one needs none', async () => {
  const folder = temporaryFolder();
  const database = await openDatabase('sqlite:', folder);
  expect(readdirSync(folder).filter((name) => name.includes('before'))).toEqual([]);
  // As the version before the last left it.
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name DESC LIMIT 1`.execute(database);
  const [last] = rows;
  await sql`DELETE FROM kysely_migration WHERE name = ${last?.name}`.execute(database);
  await database.destroy();
  // Its tables are there already, so the migration fails: the copy was made before, and the database says what it said.
  await openDatabase('sqlite:', folder).then(
    (again) => again.destroy(),
    (error: Error) => expect(error.message).toMatch(/could not be migrated; it is unchanged/),
  );
  expect(existsSync(`${folder}/journal.sqlite.before-${last?.name}`)).toBe(true);
});

test('a URL of no database that is known is refused with what is', async () => {
  await expect(openDatabase('mysql://x/y', temporaryFolder())).rejects.toThrow('journal: mysql: is not known; use sqlite: or postgres://');
});
