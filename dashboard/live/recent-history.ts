// The last ten minutes of a point for its sparkline: 60 means of 10 s, filled once from history and then from the live channel.
// Drawn things change once per 10 s, so listeners are told when a bucket is finished and not at every reading.
import { isBad } from '../../domain/readings/quality.ts';
import type { PointValues } from './point-values.ts';

export const bucketMs = 10_000;
export const bucketCount = 60;
export const spanMs = bucketMs * bucketCount;

/** Oldest first; null where nothing good is known. */
export type RecentBuckets = readonly (number | null)[];

export interface HistoryBucket {
  readonly startMs: number;
  readonly mean: number | null;
}

export type LoadRecent = (pointId: string, fromMs: number, toMs: number, signal: AbortSignal) => Promise<readonly HistoryBucket[]>;

interface Track {
  /** Bucket number → sum and count of live readings, or a mean from history (count 1); null where only bad readings came. */
  readonly buckets: Map<number, { sum: number; count: number } | null>;
  readonly listeners: Set<() => void>;
  drawn: RecentBuckets;
  drawnAtBucket: number;
  newestBucket: number;
  abort: AbortController | null;
}

const concurrentLoads = 3;
/** History keeps at least one reading a minute of a point that is read at all: a wider hole is a gap. */
const heldBuckets = 8;

export class RecentHistory {
  readonly #values: PointValues;
  readonly #load: LoadRecent;
  readonly #nowMs: () => number;
  readonly #tracks = new Map<string, Track>();
  readonly #queue: string[] = [];
  #loading = 0;

  constructor(options: { readonly values: PointValues; readonly load: LoadRecent; readonly nowMs: () => number }) {
    this.#values = options.values;
    this.#load = options.load;
    this.#nowMs = options.nowMs;
    this.#values.onReading((pointId, reading) => {
      const track = this.#tracks.get(pointId);
      if (track === undefined) return;
      this.#add(track, reading.timeMs, typeof reading.value === 'number' && !isBad(reading.quality) ? reading.value : null);
    });
  }

  subscribe(pointId: string, listener: () => void): () => void {
    let track = this.#tracks.get(pointId);
    if (track === undefined) {
      track = { buckets: new Map(), listeners: new Set(), drawn: [], drawnAtBucket: -1, newestBucket: 0, abort: new AbortController() };
      this.#tracks.set(pointId, track);
      this.#queue.push(pointId);
      this.#loadNext();
    }
    track.listeners.add(listener);
    return () => {
      track.listeners.delete(listener);
      if (track.listeners.size > 0 || this.#tracks.get(pointId) !== track) return;
      track.abort?.abort();
      this.#tracks.delete(pointId);
    };
  }

  /** The same array until a bucket is finished. */
  get(pointId: string): RecentBuckets {
    return this.#tracks.get(pointId)?.drawn ?? empty;
  }

  /** After the connection was lost: what was missed comes from history. */
  reload(): void {
    for (const [pointId, track] of this.#tracks) {
      track.buckets.clear();
      track.newestBucket = 0;
      if (!this.#queue.includes(pointId)) this.#queue.push(pointId);
    }
    this.#loadNext();
  }

  #add(track: Track, timeMs: number, value: number | null): void {
    const number = Math.floor(timeMs / bucketMs);
    const bucket = track.buckets.get(number);
    if (bucket === undefined || bucket === null) track.buckets.set(number, value === null ? null : { sum: value, count: 1 });
    else if (value !== null) {
      bucket.sum += value;
      bucket.count++;
    }
    if (number > track.newestBucket) {
      track.newestBucket = number;
      this.#draw(track);
    }
  }

  #draw(track: Track): void {
    const last = Math.max(track.newestBucket, Math.floor(this.#nowMs() / bucketMs) - 1);
    for (const number of track.buckets.keys()) if (number <= last - bucketCount) track.buckets.delete(number);
    // A value that stands still sends nothing: it holds until something else, or something bad, is said.
    let held: number | null = null;
    track.drawn = Array.from({ length: bucketCount }, (_, index) => {
      const bucket = track.buckets.get(last - bucketCount + 1 + index);
      if (bucket !== undefined) held = bucket === null ? null : bucket.sum / bucket.count;
      return held;
    });
    for (const listener of [...track.listeners]) listener();
  }

  #loadNext(): void {
    while (this.#loading < concurrentLoads) {
      const pointId = this.#queue.shift();
      if (pointId === undefined) return;
      const track = this.#tracks.get(pointId);
      if (track?.abort == null) continue;
      this.#loading++;
      const toMs = this.#nowMs();
      this.#load(pointId, toMs - spanMs, toMs, track.abort.signal)
        .then((history) => {
          let before: number | null = null;
          for (const { startMs, mean } of history) {
            const number = Math.floor(startMs / bucketMs);
            if (before !== null && number - before > heldBuckets && !track.buckets.has(before + 1)) track.buckets.set(before + 1, null);
            if (!track.buckets.has(number)) track.buckets.set(number, mean === null ? null : { sum: mean, count: 1 });
            before = number;
          }
          track.newestBucket = Math.max(track.newestBucket, ...track.buckets.keys());
          this.#draw(track);
        })
        // Without history the sparkline simply starts now; the trend screen is where a failing historian is told.
        .catch(() => undefined)
        .finally(() => {
          this.#loading--;
          this.#loadNext();
        });
    }
  }
}

const empty: RecentBuckets = [];
