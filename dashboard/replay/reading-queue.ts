// Readings of the past that wait for their moment, read ahead in stretches for the stations and points that the screens want. Knows no clock.
import type { ReplayReadings } from '../../domain/api/replay-api.ts';
import type { ReadingColumns } from '../live/point-values.ts';
import type { ReadingsAsk } from './replay-requests.ts';

/** So many ids in one request: they go into its address. */
const stationsOfRequest = 20;
const pointsOfRequest = 300;

interface Row {
  readonly pointId: string;
  readonly timeMs: number;
  readonly value: number | null;
  readonly quality: number;
}

export const noColumns: ReadingColumns = { p: [], t: [], v: [], q: [] };

export class ReadingQueue {
  #rows: Row[] = [];
  #next = 0;

  clear(): void {
    this.#rows = [];
    this.#next = 0;
  }

  add(answers: readonly ReplayReadings[], untilMs: number): void {
    const rows = answers.flatMap((answer) =>
      answer.t.flatMap((timeMs, index): Row[] => {
        const pointId = answer.ids[answer.point[index] ?? -1];
        if (pointId === undefined || timeMs >= untilMs) return [];
        return [{ pointId, timeMs, value: answer.v[index] ?? null, quality: answer.q[index] ?? 0 }];
      }),
    );
    rows.sort((one, other) => one.timeMs - other.timeMs);
    this.#rows = [...this.#rows.slice(this.#next), ...rows];
    this.#next = 0;
  }

  /** What was shown up to this moment and has not been taken yet, the newest of each point. */
  take(throughMs: number): ReadingColumns {
    const newest = new Map<string, Row>();
    while (this.#next < this.#rows.length) {
      const row = this.#rows[this.#next];
      if (row === undefined || row.timeMs > throughMs) break;
      newest.set(row.pointId, row);
      this.#next += 1;
    }
    const taken = [...newest.values()];
    return {
      p: taken.map((row) => row.pointId),
      t: taken.map((row) => row.timeMs),
      v: taken.map((row) => row.value),
      q: taken.map((row) => row.quality),
    };
  }
}

/** Requests whose answers together are what was asked for. */
export function splitAsk(ask: ReadingsAsk): ReadingsAsk[] {
  const parts: ReadingsAsk[] = [];
  for (let start = 0; start < ask.stations.length; start += stationsOfRequest)
    parts.push({ ...ask, stations: ask.stations.slice(start, start + stationsOfRequest), points: [] });
  for (let start = 0; start < ask.points.length; start += pointsOfRequest)
    parts.push({ ...ask, stations: [], points: ask.points.slice(start, start + pointsOfRequest) });
  return parts;
}
