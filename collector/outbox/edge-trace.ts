// Writes into the log why each condition was found (which scan of which device, which silence) and where the outbox keeps it. Decides nothing.
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';

/** What made detection look: readings of a device, a device that came or went, time, other settings, a takeover, another plant file. */
export type FindingCause = 'reading' | 'device' | 'time' | 'settings' | 'takeover' | 'plant';

export interface Finding {
  readonly cause: FindingCause;
  readonly deviceId: string | null;
  /** Number of the device's scan since the start; null where it sends by itself. */
  readonly scan: number | null;
  readonly pointId: string | null;
  readonly foundAtMs: number;
}

interface EdgeTraceOptions {
  readonly plant: Plant;
  readonly collectorId: string;
  readonly clock: Clock;
  readonly log: StepLog;
  readonly scansOf: (deviceIndex: number) => number | null;
}

export class EdgeTrace {
  readonly #options: EdgeTraceOptions;
  #cause: FindingCause = 'time';

  constructor(options: EdgeTraceOptions) {
    this.#options = options;
  }

  /** What is found while `work` runs has this cause. */
  because(cause: FindingCause, work: () => void): void {
    const before = this.#cause;
    this.#cause = cause;
    try {
      work();
    } finally {
      this.#cause = before;
    }
  }

  findingOf(alarmId: string): Finding {
    const { plant, clock, scansOf } = this.#options;
    const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
    const point = alarm?.pointIndex == null ? undefined : plant.points[alarm.pointIndex];
    const deviceIndex = alarm?.deviceIndex ?? point?.deviceIndex ?? null;
    const scans = deviceIndex === null ? null : scansOf(deviceIndex);
    return {
      cause: this.#cause,
      deviceId: deviceIndex === null ? null : (plant.devices[deviceIndex]?.id ?? null),
      // A scan is counted when it has ended; what it read is looked at before.
      scan: scans === null ? null : scans + (this.#cause === 'reading' ? 1 : 0),
      pointId: point?.id ?? null,
      foundAtMs: clock.nowMs(),
    };
  }

  /** After the commit of the outbox. */
  kept(outboxId: string, found: readonly { readonly message: ConditionMessage; readonly finding: Finding | null }[]): void {
    const { log, collectorId } = this.#options;
    const detected = found.map(({ message, finding }) => ({
      correlationId: message.occurrenceId,
      alarmId: message.alarmId,
      condition: message.kind,
      ...finding,
      atMs: message.atMs,
      value: message.value,
      quality: message.quality,
      ...(message.kind === 'raise' && message.measured !== null ? { measured: message.measured } : {}),
      ...(message.kind === 'suppress' ? { byAlarmId: message.byAlarmId } : {}),
    }));
    logAlarmStep(log, 'detected', 'a condition was found', { collectorId }, detected);
    const kept = found.map(({ message }) => ({ correlationId: message.occurrenceId, sequence: message.sequence }));
    logAlarmStep(log, 'outbox', 'on the disk of the collector', { collectorId, outboxId }, kept);
  }
}
