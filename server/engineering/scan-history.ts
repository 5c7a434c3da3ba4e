// How each device's scans went in the last hours, a line a minute. In memory: after a restart it begins anew, and what matters longer is in the metrics.
import type { ScanMinute } from '../../domain/api/engineering-api.ts';
import type { CollectorStatus, DeviceStatus } from '../../domain/messages/collector-status.ts';

const minuteMs = 60_000;
const keptMinutes = 180;

interface Current {
  atMs: number;
  /** Counters at the begin of the minute. */
  readonly before: Pick<DeviceStatus, 'scans' | 'scansMissed' | 'errors'>;
  last: DeviceStatus;
  reports: number;
  connected: number;
  durationP50Ms: number;
  durationP99Ms: number;
  startLatenessP99Ms: number;
}

export class ScanHistory {
  readonly #minutes = new Map<string, ScanMinute[]>();
  readonly #current = new Map<string, Current>();

  hear(status: CollectorStatus, nowMs: number): void {
    const atMs = Math.floor(nowMs / minuteMs) * minuteMs;
    for (const device of status.devices) {
      const current = this.#current.get(device.deviceId);
      // Counters that fall belong to a collector that was started again.
      if (current === undefined || current.atMs !== atMs || device.scans < current.last.scans) {
        if (current !== undefined) this.#keep(device.deviceId, current);
        const before = current === undefined || device.scans < current.last.scans ? device : current.last;
        this.#current.set(device.deviceId, {
          atMs,
          before,
          last: device,
          reports: 1,
          connected: Number(device.connection === 'connected'),
          durationP50Ms: device.durationP50Ms,
          durationP99Ms: device.durationP99Ms,
          startLatenessP99Ms: device.startLatenessP99Ms,
        });
        continue;
      }
      current.last = device;
      current.reports += 1;
      current.connected += Number(device.connection === 'connected');
      current.durationP50Ms = device.durationP50Ms;
      current.durationP99Ms = Math.max(current.durationP99Ms, device.durationP99Ms);
      current.startLatenessP99Ms = Math.max(current.startLatenessP99Ms, device.startLatenessP99Ms);
    }
  }

  /** Oldest first, with the minute that runs. */
  of(deviceId: string): readonly ScanMinute[] {
    const current = this.#current.get(deviceId);
    return [...(this.#minutes.get(deviceId) ?? []), ...(current === undefined ? [] : [minuteOf(current)])];
  }

  #keep(deviceId: string, current: Current): void {
    const minutes = this.#minutes.get(deviceId) ?? [];
    minutes.push(minuteOf(current));
    if (minutes.length > keptMinutes) minutes.shift();
    this.#minutes.set(deviceId, minutes);
  }
}

function minuteOf({ atMs, before, last, reports, connected, durationP50Ms, durationP99Ms, startLatenessP99Ms }: Current): ScanMinute {
  return {
    atMs,
    scans: last.scans - before.scans,
    scansMissed: last.scansMissed - before.scansMissed,
    errors: last.errors - before.errors,
    durationP50Ms,
    durationP99Ms,
    startLatenessP99Ms,
    connectedShare: connected / reports,
  };
}
