// Long work over many alarms in slices, with a breath between them: ten thousand rows must not hold up one alarm.
import { setImmediate as breath } from 'node:timers/promises';

const sliceLength = 200;

export async function inSlices<T>(items: readonly T[], work: (slice: readonly T[]) => void): Promise<void> {
  for (let start = 0; start < items.length; start += sliceLength) {
    if (start > 0) await breath();
    work(items.slice(start, start + sliceLength));
  }
}
