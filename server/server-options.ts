// What a server is given to start with, and what it is from outside when it runs.
import type { Logger } from 'pino';
import type { AccessPolicy } from '../domain/access/access-policy.ts';
import type { Plant } from '../domain/plant/plant.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { DiskReserve } from '../historian/disk-reserve.ts';
import type { HistorianReader, ReadingRemoval } from '../historian/historian.ts';
import type { ServerLink } from '../link/link.ts';
import type { FirstPassword } from './access/first-people.ts';
import type { BackupSchedule } from './backup/scheduled-backups.ts';
import type { Fence } from './journal/ledger.ts';
import type { PlantFileSource } from './plant/plant-versions.ts';

export interface ServerOptions {
  /** As the plant file says; approved alarm settings come on top of it. */
  readonly plant: Plant;
  readonly isDemo: boolean;
  /** Name and text of the plant file, for engineers. */
  readonly plantSource?: PlantFileSource;
  readonly link: ServerLink;
  readonly historian: HistorianReader | null;
  readonly journalUrl: string;
  readonly dataDir: string;
  /** Whether its disk is full, and when that changes. */
  readonly disk?: Pick<DiskReserve, 'isFull' | 'onChange'>;
  readonly http: { readonly host: string; readonly port: number };
  readonly dashboardDir: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the access file; the defaults where absent. */
  readonly accessPolicy?: AccessPolicy;
  /** Where several servers share the journal's database: what each transaction passes first. */
  readonly fence?: Fence;
  /** Colleagues, contacts and a roster around now for the demo plant. */
  readonly hasDemoDuty?: boolean;
  /** Backups by the clock; none where absent. */
  readonly backups?: BackupSchedule;
  /** 0 to 1, for moments that nobody may foresee (watch checks). */
  readonly random?: () => number;
}

export interface Server {
  readonly address: string;
  /** Of people that this start has made, printed once: the first administrator of a real plant. */
  readonly firstPasswords: readonly FirstPassword[];
  /** Calls back with a line to print when an interface that other systems connect to is ready; that may be seconds after the start. */
  onNorthboundReady(listener: (line: string) => void): void;
  /** Before raw readings are removed: a line of the journal. Nothing is removed where it cannot be written. */
  noteRemovedReadings(removal: ReadingRemoval): Promise<void>;
  stop(): Promise<void>;
}
