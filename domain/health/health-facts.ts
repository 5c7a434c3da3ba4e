// What is measured about the running program, before anybody judges it. Gathered by `server/health/`, judged by `judge-health.ts`.

export interface CollectorFacts {
  readonly collectorId: string;
  /** Null where it was never heard. */
  readonly lastHeardAtMs: number | null;
  readonly isLive: boolean;
  readonly plantVersion: string | null;
  readonly devices: number;
  readonly devicesConnected: number;
  readonly insecureDeviceIds: readonly string[];
  readonly outboxPending: number;
  /** Since when something has been waiting; null while nothing is. */
  readonly outboxSinceMs: number | null;
  /** Where several processes may hold its stations: which does, since when, and how many more could at once. */
  readonly holder: { readonly node: string; readonly sinceMs: number; readonly spares: number } | null;
  readonly historian: {
    readonly engine: string;
    readonly isAvailable: boolean;
    /** For how long it has been away; 0 while it is there. */
    readonly awayMs: number;
    readonly reason: string | null;
    readonly spooled: number;
    readonly readingsPerSecond: number;
    readonly setAside: number;
    readonly dropped: number;
    /** In the last ten minutes. */
    readonly droppedLately: number;
    readonly spoolGrewLately: number;
  } | null;
}

export interface DiskFacts {
  /** `server`, or the collector's name. */
  readonly place: string;
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** No reading is stored there any more, so that alarms go on. */
  readonly isFull?: boolean | undefined;
}

export interface CertificateFacts {
  /** What it is for, in closed words: `opcuaServer`, `opcuaClient`, `device`. */
  readonly use: string;
  readonly name: string;
  readonly validToMs: number;
}

export interface ClockFacts {
  /** `browser`, a collector's name, or a device id. */
  readonly place: string;
  readonly kind: 'collector' | 'device';
  /** Ahead of the server. */
  readonly offsetMs: number;
}

export interface FailingFacts {
  readonly name: string;
  readonly isFailing: boolean;
  readonly isStarting: boolean;
  readonly reason: string | null;
  readonly sinceMs: number | null;
  readonly isInsecure: boolean;
}

export interface BackupFacts {
  /** Null where the settings ask for none. */
  readonly everyMs: number | null;
  /** Since when the program has run: before that it could make none. */
  readonly sinceMs: number;
  readonly last: { readonly atMs: number; readonly bytes: number; readonly folder: string } | null;
  /** Why the last attempt failed; null where it did not. */
  readonly failure: string | null;
}

export interface HealthFacts {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly plantVersion: string;
  readonly collectors: readonly CollectorFacts[];
  readonly link: { readonly engine: string; readonly isConnected: boolean; readonly reason: string | null };
  readonly hasHistory: boolean;
  /** Condition messages that could not be taken, since the start. */
  readonly setAside: { readonly count: number; readonly lastAtMs: number | null };
  readonly journal: {
    readonly entries: number;
    readonly verifiedAtMs: number | null;
    readonly brokenAt: { readonly sequence: number; readonly reason: string } | null;
  };
  readonly backup: BackupFacts;
  readonly disks: readonly DiskFacts[];
  readonly certificates: readonly CertificateFacts[];
  readonly clocks: readonly ClockFacts[];
  readonly memory: { readonly usedBytes: number; readonly mostBytes: number; readonly residentBytes: number };
  /** Longest hold-up of the event loop in the last minute (99th percentile). */
  readonly eventLoopDelayMs: number;
  readonly northbound: readonly FailingFacts[];
  readonly channels: readonly FailingFacts[];
  readonly configured: {
    readonly escalationSteps: number;
    readonly onDuty: number;
    readonly channels: number;
    readonly publicUrl: boolean;
    readonly northbound: number;
    readonly responsePlans: number;
    readonly administrators: number;
    readonly isDemo: boolean;
  };
}
