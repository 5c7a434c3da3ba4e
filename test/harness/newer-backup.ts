// A backup as a later version would have written it: with a migration that this one does not know, and a manifest that holds.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BackupContent, manifestName, manifestText } from '../../server/backup/backup-manifest.ts';

export function makeNewer(backup: string): void {
  const file = path.join(backup, manifestName);
  const { sha256: _, ...content } = JSON.parse(readFileSync(file, 'utf8')) as BackupContent & { readonly sha256: string };
  const journal = { ...content.journal, migrations: [...content.journal.migrations, '9999-from-the-future'] };
  writeFileSync(file, manifestText({ ...content, version: '99.0.0', journal }));
}
