// Compares what the historian holds with what the devices remember having answered.
import { Quality } from '../../../domain/readings/quality.ts';
import type { Random } from '../../../simulators/process/random.ts';
import { countsOf, followCounts, storedReadings } from '../../harness/counted-readings.ts';
import type { GatewatchClient } from '../../harness/gatewatch-client.ts';
import { type CountingDevice, setpoint, waveValue } from './counting-devices.ts';

/** Around a fault: a request that was under way when it began, and the first after it. */
const beforeFaultMs = 2_000;
const afterFaultMs = 5_000;

export interface Comparison {
  answered: number;
  stored: number;
  /** Not stored, and the device was in a fault: its answer was none, or came too late. */
  missingInFaults: number;
  /** Not stored outside of every fault, with a reading of bad quality in its place: the answer came after its deadline. */
  missingMarkedBad: number;
  lost: number;
  doubled: number;
  /** Values that are not what the device answered under that count. */
  wrong: number;
  comparedValues: number;
  /** Read in a scan whose count the device had just refused: there is nothing to compare them with. */
  withoutCount: number;
  /** When alarms rose, as it follows from the stored readings of their points. */
  expectedRaises: Map<string, number[]>;
  /**
   * Raises that follow from the counts, and not from the readings of their points: where a device refuses, the point is asked for after the count, and its answer
   * may be another by then, or none.
   */
  raisesNotRead: number;
}

const wavesEach = 3;
/** Devices whose waves are read too. */
const wavedDevices = 20;

/** `faultTimes`: of everybody, beside each device's own. Every counter of every device is read, and some waves chosen at random. */
export async function compareStored(options: {
  readonly client: GatewatchClient;
  readonly devices: readonly CountingDevice[];
  readonly faultTimes: readonly (readonly [number, number])[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly random: Random;
}): Promise<Comparison> {
  const { client, devices, fromMs, toMs, random } = options;
  const result: Comparison = {
    answered: 0,
    stored: 0,
    missingInFaults: 0,
    missingMarkedBad: 0,
    lost: 0,
    doubled: 0,
    wrong: 0,
    comparedValues: 0,
    withoutCount: 0,
    expectedRaises: new Map(),
    raisesNotRead: 0,
  };
  const read = (device: CountingDevice, tag: string) => storedReadings(client, `${device.stationId}.${tag}`, fromMs, toMs);
  for (const [index, device] of devices.entries()) {
    const counts = countsOf(await read(device, 'XQ-100'));
    const faults = [...options.faultTimes, ...device.faultTimes];
    const isInFault = (count: number) => {
      const atMs = device.answers[count - 1]?.atMs ?? 0;
      return faults.some(([begin, end]) => atMs >= begin - beforeFaultMs && atMs <= end + afterFaultMs);
    };
    const { stored, doubled, wrong, holes, last } = followCounts(counts, device.answers.length);
    result.stored += stored;
    result.doubled += doubled;
    result.wrong += wrong;
    for (const { from, to, isMarkedBad } of holes)
      for (let count = from; count <= to; count += 1) {
        if (isInFault(count)) result.missingInFaults += 1;
        else if (isMarkedBad) result.missingMarkedBad += 1;
        else result.lost += 1;
      }
    result.answered += device.answers.length;
    // The rest was answered after the range that was read, but for what is clearly before its end.
    for (let count = last + 1; count <= device.answers.length; count += 1)
      if ((device.answers[count - 1]?.atMs ?? 0) < toMs - beforeFaultMs && !isInFault(count)) result.lost += 1;

    for (let point = 0; point < device.togglingPoints; point += 1) {
      let raisesOfCounts = 0;
      let wasTrue = false;
      for (const { count } of counts) {
        if (count === null) continue;
        const isTrue = (((device.answers[count - 1]?.trueBits ?? 0) >>> point) & 1) === 1;
        if (isTrue && !wasTrue) raisesOfCounts += 1;
        wasTrue = isTrue;
      }
      const raises: number[] = [];
      wasTrue = false;
      for (const [timeMs, value, quality] of await read(device, device.togglingTag(point))) {
        if (quality !== Quality.good || value === null) continue;
        const isTrue = value > setpoint;
        if (isTrue && !wasTrue) raises.push(timeMs);
        wasTrue = isTrue;
      }
      result.raisesNotRead += Math.abs(raisesOfCounts - raises.length);
      result.expectedRaises.set(`${device.stationId}.${device.togglingTag(point)}.high`, raises);
    }

    for (let sample = 0; index < wavedDevices && sample < wavesEach; sample += 1) {
      const wave = Math.floor(random() * device.wavePoints);
      let next = 0;
      for (const [timeMs, value, quality] of await read(device, device.waveTag(wave))) {
        // The count is read first, and all others of that scan follow from it.
        while ((counts[next]?.timeMs ?? Number.POSITIVE_INFINITY) <= timeMs) next += 1;
        if (quality !== Quality.good) continue;
        const count = counts[next - 1]?.count;
        if (count === null) {
          result.withoutCount += 1;
          continue;
        }
        result.comparedValues += 1;
        if (count === undefined || value !== waveValue(count, wave)) result.wrong += 1;
      }
    }
  }
  return result;
}
