// Readings counted from outside: devices that count their answers, a person who was shown some of them, and what the historian holds in the end.
import { setTimeout as pass } from 'node:timers/promises';
import type { RawReadings } from '../../domain/api/readings-api.ts';
import { Quality } from '../../domain/readings/quality.ts';
import type { GatewatchClient } from './gatewatch-client.ts';
import type { AnswerCount } from './toggling-devices.ts';

const lookBackMs = 1_500;
const pieceMs = 600_000;

/** Counts that a person was shown, by point and time. */
export class ReadingsWitness {
  readonly told = new Map<string, Map<number, number>>();
  toldCount = 0;

  copy(): ReadingsWitness {
    const copy = new ReadingsWitness();
    for (const [pointId, told] of this.told) copy.told.set(pointId, new Map(told));
    copy.toldCount = this.toldCount;
    return copy;
  }

  /** Shown what the historian has of the last moments. */
  async look(client: GatewatchClient, pointId: string): Promise<void> {
    const told = this.told.get(pointId) ?? new Map<number, number>();
    this.told.set(pointId, told);
    for (const { timeMs, count } of await storedCounts(client, pointId, Date.now() - lookBackMs, Date.now() + 1)) {
      if (count === null || told.has(timeMs)) continue;
      told.set(timeMs, count);
      this.toldCount += 1;
    }
  }
}

/** Looks at one after another until it is over; what fails then is the fault that ended it. */
export async function watchReadings(
  client: GatewatchClient,
  witness: ReadingsWitness,
  counts: readonly AnswerCount[],
  isOver: () => boolean,
): Promise<void> {
  try {
    for (let turn = 0; !isOver(); turn += 1) {
      await witness.look(client, (counts[turn % counts.length] as AnswerCount).pointId);
      await pass(150);
    }
  } catch (error) {
    if (!isOver()) throw error;
  }
}

export interface CountedReadings {
  stored: number;
  /** Shown to a person, and not there any more. */
  lost: number;
  /** A count that is there twice, or out of turn. */
  doubled: number;
  /** Counts that no answer had. */
  wrong: number;
  /** Answers that were never stored, in order: of the device, and when they were given. */
  readonly holes: { readonly pointId: string; readonly answeredAtMs: readonly number[]; readonly isMarkedBad: boolean }[];
}

/** What was stored between two moments, against what the devices gave and a person was shown. */
export async function compareCounts(options: {
  readonly client: GatewatchClient;
  readonly counts: readonly AnswerCount[];
  readonly witness: ReadingsWitness;
  readonly fromMs: number;
  readonly toMs: number;
}): Promise<CountedReadings> {
  const { client, counts, witness, fromMs, toMs } = options;
  const found: CountedReadings = { stored: 0, lost: 0, doubled: 0, wrong: 0, holes: [] };
  for (const { pointId, answeredAtMs } of counts) {
    const rows = await storedCounts(client, pointId, fromMs, toMs);
    const byTime = new Map(rows.map(({ timeMs, count }) => [timeMs, count]));
    for (const [timeMs, count] of witness.told.get(pointId) ?? []) if (byTime.get(timeMs) !== count) found.lost += 1;
    const { stored, doubled, wrong, holes } = followCounts(rows, answeredAtMs.length);
    found.stored += stored;
    found.doubled += doubled;
    found.wrong += wrong;
    for (const { from, to, isMarkedBad } of holes)
      found.holes.push({ pointId, answeredAtMs: answeredAtMs.slice(from - 1, to), isMarkedBad });
  }
  return found;
}

export interface StoredCount {
  readonly timeMs: number;
  /** Null: a reading that is bad. */
  readonly count: number | null;
}

export interface FollowedCounts {
  readonly stored: number;
  readonly doubled: number;
  readonly wrong: number;
  /** Counts that are not there, both ends included; and whether a bad reading stands in their place. */
  readonly holes: readonly { readonly from: number; readonly to: number; readonly isMarkedBad: boolean }[];
  /** The highest that is there. */
  readonly last: number;
}

/** What is stored of a point that counts from 1 to `given`, in order of time. */
export function followCounts(rows: readonly StoredCount[], given: number): FollowedCounts {
  const holes: FollowedCounts['holes'][number][] = [];
  let [stored, doubled, wrong, last] = [0, 0, 0, 0];
  let isMarkedBad = false;
  for (const { count } of rows) {
    if (count === null) {
      isMarkedBad = true;
      continue;
    }
    stored += 1;
    if (count <= last) doubled += 1;
    if (count > given) wrong += 1;
    if (count > last + 1) holes.push({ from: last + 1, to: count - 1, isMarkedBad });
    last = Math.max(last, count);
    isMarkedBad = false;
  }
  return { stored, doubled, wrong, holes, last };
}

async function storedCounts(client: GatewatchClient, pointId: string, fromMs: number, toMs: number): Promise<readonly StoredCount[]> {
  const counts: StoredCount[] = [];
  for (let from = fromMs; from < toMs; from += pieceMs)
    counts.push(...countsOf(await storedReadings(client, pointId, from, Math.min(toMs, from + pieceMs))));
  return counts;
}

/** In one piece; throws where it was cut off. */
export async function storedReadings(client: GatewatchClient, pointId: string, fromMs: number, toMs: number): Promise<RawReadings['rows']> {
  const found = await client.get<RawReadings>(`/api/readings?point=${pointId}&from=${fromMs}&to=${toMs}`);
  if (found.isTruncated) throw new Error(`the readings of ${pointId} were cut off`);
  return found.rows;
}

export function countsOf(rows: RawReadings['rows']): StoredCount[] {
  return rows.map(([timeMs, value, quality]) => ({ timeMs, count: quality === Quality.good ? value : null }));
}
