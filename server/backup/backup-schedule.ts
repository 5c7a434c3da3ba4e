// Backups by the clock as the settings ask for them. Each is made in a process of its own, at low priority: what a backup reads and hashes holds up no alarm.
import path from 'node:path';
import type { Settings } from '../../domain/settings/settings.ts';
import { backupInOwnProcess } from './backup-in-own-process.ts';
import type { BackupSchedule } from './scheduled-backups.ts';

/** Empty where none are asked for. `executable`: the file that `gatewatch backup` is run with. */
export function backupScheduleOf(settings: Settings, dataDir: string, executable: string): { readonly backups?: BackupSchedule } {
  if (settings.backupTo === undefined) return {};
  const folder = path.resolve(settings.backupTo);
  const parameters = [
    '--to',
    folder,
    '--data-dir',
    dataDir,
    '--journal',
    settings.journal,
    '--historian',
    settings.historian,
    '--keep',
    String(settings.backupKeep),
  ];
  return { backups: { everyMs: settings.backupEvery, folder, make: () => backupInOwnProcess(executable, parameters) } };
}
