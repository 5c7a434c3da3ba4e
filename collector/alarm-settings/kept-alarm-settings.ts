// The last approved alarm settings, kept on the collector's disk, so that it starts with them while the server is away.
// The file is replaced as a whole: after a crash it holds the old settings or the new ones, never a mixture.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AlarmSettingsMessage, alarmSettingsMessageSchema } from '../../domain/messages/alarm-settings-message.ts';

export type KeptAlarmSettings =
  | { readonly kind: 'kept'; readonly message: AlarmSettingsMessage }
  | { readonly kind: 'none' }
  /** There is a file, and it cannot be understood. */
  | { readonly kind: 'unreadable'; readonly error: unknown };

export function readKeptAlarmSettings(file: string): KeptAlarmSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { kind: 'none' } : { kind: 'unreadable', error };
  }
  try {
    return { kind: 'kept', message: alarmSettingsMessageSchema.parse(JSON.parse(text)) };
  } catch (error) {
    return { kind: 'unreadable', error };
  }
}

/** Returns when it is on the disk; throws where the disk refuses, and then the old file stands. */
export function keepAlarmSettings(file: string, message: AlarmSettingsMessage): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.new`;
  const handle = openSync(unfinished, 'w');
  try {
    writeFileSync(handle, JSON.stringify(message));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, file);
  syncFolder(folder);
}

/** The rename itself must be on the disk. Windows cannot open a folder, and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
