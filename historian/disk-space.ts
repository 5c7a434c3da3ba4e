// How much room a disk has, for whoever writes on it or tells of it.
import { statfs } from 'node:fs/promises';

export interface DiskSpace {
  /** What may still be written, without what the system keeps for itself. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Of the disk on which the folder lies. Rejects where it cannot be asked. */
export async function spaceAt(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
