// Detection with delays on the real clock, in a process whose wall clock others set meanwhile: says of each edge when it was due by the monotonic clock, at which
// scan it came and which scan was before. Forked by clock-being-set.test.ts.
import { systemClock as clock } from '../../../collector/system-clock.ts';
import { createInProcessLink } from '../../../link/in-process/in-process-link.ts';
import { createRandom } from '../../../simulators/process/random.ts';
import { DrivenCollector, drivenCollectorId } from '../../harness/driven-collector.ts';
import { plantOf } from '../../harness/plant-of.ts';

/** Of an alarm's delay, all by the monotonic clock. */
export interface TimedEdge {
  readonly kind: 'raise' | 'clear';
  readonly dueMs: number;
  readonly scanMs: number;
  readonly scanBeforeMs: number;
}

export interface TimedReport {
  readonly edges: readonly TimedEdge[];
  /** Edges that nothing had been due for. */
  readonly invented: number;
  /** Still due when the time was over, and since when longest. */
  readonly overdueMs: number;
  /** Between one scan and the next the wall clock went on by this much otherwise than the monotonic one. */
  readonly jumps: number;
  readonly widestJumpMs: number;
}

const delays = [1_000, 2_000, 3_000];
const scanMs = 20;
const [folder = '', length = '', seed = ''] = process.argv.slice(2);
const random = createRandom(Number(seed));

const point = (address: number) => {
  const delay = `${delays[address % delays.length]}ms`;
  return {
    tag: `PT-${100 + address}`,
    name: { zh: '压力', en: 'Pressure' },
    unit: 'kPa',
    range: { min: 0, max: 100 },
    register: { table: 'holding', address, type: 'uint16' },
    defaultAlarms: false,
    alarms: [
      { kind: 'high', setpoint: 50, deadband: 5, priority: 'medium', onDelay: delay, offDelay: delay, response: { zh: '看', en: 'Look' } },
    ],
  };
};
const plant = plantOf(
  JSON.stringify({
    schema: 1,
    company: { id: 't', name: { zh: 't', en: 't' } },
    areas: [{ id: 'a', name: { zh: 'a', en: 'a' } }],
    stations: [
      {
        id: 'RS-01',
        type: 'regulating',
        name: { zh: 's', en: 's' },
        area: 'a',
        devices: [{ id: 'D-1', protocol: 'modbusTcp', host: 'h', points: Array.from({ length: 30 }, (_, address) => point(address)) }],
      },
    ],
  }),
);

const link = createInProcessLink({ collectorId: drivenCollectorId, table: plant.pointTable }).collector;
const collector = new DrivenCollector({ plant, dataDir: folder, link, clock });
const { values } = collector;
values.fill(20);

/** By point: since when it is beyond, and at which moment its delay is full. */
const due = new Map<number, number>();
const edges: TimedEdge[] = [];
let invented = 0;
let jumps = 0;
let widestJumpMs = 0;
let lastMs = performance.now();
let aheadMs = Date.now() - lastMs;
const endMs = lastMs + Number(length);

const scanning = setInterval(() => {
  // Set before the scan, so that the scan's own moment is the one from which the delay counts.
  const turning = due.size < 10 && lastMs < endMs - 4_000 ? Math.floor(random() * values.length) : -1;
  if (turning >= 0 && !due.has(turning)) values[turning] = values[turning] === 80 ? 20 : 80;
  const beforeMs = performance.now();
  const durable = collector.scan();
  if (turning >= 0 && !due.has(turning)) due.set(turning, beforeMs + (delays[turning % delays.length] ?? 0));
  for (const { alarmId, kind } of durable) {
    const index = plant.points.findIndex(({ id }) => alarmId.startsWith(`${id}.`));
    const dueMs = due.get(index);
    if (dueMs === undefined || (kind !== 'raise' && kind !== 'clear')) invented += 1;
    else edges.push({ kind, dueMs, scanMs: performance.now(), scanBeforeMs: lastMs });
    due.delete(index);
  }
  const ahead = Date.now() - beforeMs;
  if (Math.abs(ahead - aheadMs) > 1_000) jumps += 1;
  widestJumpMs = Math.max(widestJumpMs, Math.abs(ahead - aheadMs));
  aheadMs = ahead;
  lastMs = beforeMs;
  if (beforeMs < endMs) return;
  clearInterval(scanning);
  const overdueMs = Math.max(0, ...[...due.values()].map((at) => beforeMs - at));
  const report: TimedReport = { edges, invented, overdueMs, jumps, widestJumpMs };
  process.send?.(report, () => process.exit(0));
}, scanMs);
