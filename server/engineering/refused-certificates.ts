// Lines of the journal about certificates of field devices (OPC UA) that a collector refuses: one when a device's certificate is refused for another reason or is
// another one than before, one when the device is connected again. Trusts nobody: an engineer does, at the collector's certificate store.
import type { CollectorStatus, DeviceStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';

const refusedKind = 'device.certificateRefused';
const acceptedKind = 'device.certificateAccepted';
/** Of one device: who answers with another certificate each time must not fill the journal. The newest is told when the time is over. */
const lineEveryMs = 60_000;

interface Known {
  /** What was last written of this device; null: that it is connected, or nothing. */
  readonly refused: { readonly thumbprint: string; readonly verdict: string } | null;
  readonly writtenAtMs: number;
}

export class RefusedCertificates {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  readonly #writing = new Set<string>();

  private constructor(options: { plant: Plant; ledger: Ledger; clock: Clock; report: (error: unknown) => void }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#report = options.report;
  }

  static async open(options: {
    plant: Plant;
    ledger: Ledger;
    clock: Clock;
    report: (error: unknown) => void;
  }): Promise<RefusedCertificates> {
    const opened = new RefusedCertificates(options);
    const { plant, ledger } = options;
    const devices = plant.devices.filter(({ protocol }) => protocol === 'opcua');
    const stationIds = [...new Set(devices.flatMap(({ stationIndex }) => plant.stations[stationIndex]?.id ?? []))];
    for (let start = 0; start < stationIds.length; start += 500) {
      const lines = await ledger.database
        .selectFrom('journal')
        .select(['kind', 'detail'])
        .where('station_id', 'in', stationIds.slice(start, start + 500))
        .where('alarm_id', 'is', null)
        .where('kind', 'in', [refusedKind, acceptedKind])
        .orderBy('sequence')
        .execute();
      for (const { kind, detail } of lines) {
        const { deviceId, thumbprint, verdict } = JSON.parse(detail) as Record<'deviceId' | 'thumbprint' | 'verdict', string>;
        opened.#known.set(deviceId, {
          refused: kind === refusedKind ? { thumbprint, verdict } : null,
          writtenAtMs: Number.NEGATIVE_INFINITY,
        });
      }
    }
    return opened;
  }

  hear(status: CollectorStatus): void {
    for (const device of status.devices) this.#hearDevice(status.collectorId, device);
  }

  #hearDevice(collectorId: string, device: DeviceStatus): void {
    const { deviceId, refusedCertificate = null } = device;
    // Between two tries it is neither: what was last said stands.
    if (refusedCertificate === null && device.connection !== 'connected') return;
    const known = this.#known.get(deviceId);
    const before = known?.refused ?? null;
    if (before?.thumbprint === refusedCertificate?.thumbprint && before?.verdict === refusedCertificate?.verdict) return;
    const nowMs = this.#clock.monotonicMs();
    if (refusedCertificate !== null && nowMs - (known?.writtenAtMs ?? Number.NEGATIVE_INFINITY) < lineEveryMs) return;
    if (this.#writing.has(deviceId)) return;
    this.#writing.add(deviceId);
    this.#ledger
      .note(this.#entryOf(collectorId, device))
      .then(() => void this.#known.set(deviceId, { refused: refusedCertificate, writtenAtMs: nowMs }))
      // The next status says it again.
      .catch(this.#report)
      .finally(() => this.#writing.delete(deviceId));
  }

  #entryOf(collectorId: string, { deviceId, refusedCertificate = null, sinceMs }: DeviceStatus): NewJournalEntry {
    const device = this.#plant.devices[this.#plant.deviceIndexById.get(deviceId) ?? -1];
    const { atMs, ...certificate } = refusedCertificate ?? { atMs: sinceMs };
    return {
      occurredAtMs: atMs,
      kind: refusedCertificate === null ? acceptedKind : refusedKind,
      stationId: this.#plant.stations[device?.stationIndex ?? -1]?.id ?? null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: `collector ${collectorId}` },
      detail: { deviceId, ...certificate },
    };
  }
}
