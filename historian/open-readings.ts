// The readings as a process that stores them opens them: the historian of the settings, on a disk that keeps room for alarms.
import type { OnStop } from '../domain/start/on-stop.ts';
import { DiskReserve } from './disk-reserve.ts';
import type { Historian, HistorianOptions } from './historian.ts';
import { openHistorian } from './open-historian.ts';

export async function openReadings(
  options: Omit<HistorianOptions, 'mayStore'>,
  onStop: OnStop,
): Promise<{ readonly historian: Historian; readonly disk: DiskReserve }> {
  const { dataDir, clock, log } = options;
  const disk = await DiskReserve.open({ dataDir, clock, log });
  onStop('disk', () => disk.stop());
  const historian = await openHistorian({ ...options, mayStore: () => !disk.isFull, isInOwnProcess: true });
  onStop('historian', () => historian.close());
  return { historian, disk };
}
