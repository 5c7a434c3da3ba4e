// What a driver is to the rest of the collector. A driver only reads: no type here has a way to write to a device.
// Drivers deliver raw decoded numbers; scaling, range and validity are the pipeline's work.
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';

/** Closed reasons: also the label of the metric. */
export type DriverFailure =
  | 'refused'
  | 'timeout'
  | 'reset'
  | 'closed'
  | 'protocolViolation'
  | 'deviceException'
  | 'securityRejected'
  | 'signInRejected'
  | 'unreachable'
  | 'configuration'
  | 'stopped';

export type ConnectionState =
  | { readonly kind: 'disconnected'; readonly reason: DriverFailure | null }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** Waits before it tries again. */
  | { readonly kind: 'failed'; readonly reason: DriverFailure; readonly retryInMs: number };

/** Where a driver puts what it learns. Calls are synchronous and must not throw. */
export interface DriverSink {
  /** `batch.value` holds raw decoded numbers (NaN where none), `batch.quality` good or the bad quality of the failure. The batch may be reused after. */
  readings(batch: ReadingBatch): void;
  connection(deviceIndex: number, state: ConnectionState): void;
}

export type ScanOutcome =
  | { readonly kind: 'done'; readonly requests: number; readonly errors: number }
  | { readonly kind: 'failed'; readonly reason: DriverFailure; readonly requests: number; readonly errors: number };

/** A driver that must be asked: Modbus. The scheduler owns the timing and never runs two scans of one device at once. */
export interface PolledDriver {
  readonly kind: 'polled';
  readonly deviceIndex: number;
  /** Points of equal scan rate, planned into requests. */
  readonly groups: readonly { readonly scanMs: number; readonly pointIndexes: readonly number[] }[];
  /** Reads one group and hands its readings to the sink (bad quality for those it could not read). Settles by the device's deadlines; never rejects. */
  scan(groupIndex: number): Promise<ScanOutcome>;
  stop(): Promise<void>;
}

/** A driver that is told: OPC UA subscriptions. */
export interface SubscribedDriver {
  readonly kind: 'subscribed';
  readonly deviceIndex: number;
  start(): void;
  stop(): Promise<void>;
}

export type Driver = PolledDriver | SubscribedDriver;
