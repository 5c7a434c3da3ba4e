// Plays a past stretch of the whole plant by a clock of its own, as a source that the screens read like the live channel. Reads ahead; where the next stretch
// is not there yet the clock waits, so that nothing is ever skipped. Changes nothing on the server.
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { ReplayEvents, ReplayReadings, ReplayState, WatchThen } from '../../domain/api/replay-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { AlarmTable } from '../live/alarm-table.ts';
import { IncidentTable } from '../live/incident-table.ts';
import type { Liveness } from '../live/live-client.ts';
import type { PlantSource } from '../live/live-context.tsx';
import { Observable } from '../live/observable.ts';
import { PointValues } from '../live/point-values.ts';
import { noColumns, ReadingQueue, splitAsk } from './reading-queue.ts';
import type { ReplayRequests } from './replay-requests.ts';

export const speeds = [1, 2, 5, 10, 30, 60] as const;
export type Speed = (typeof speeds)[number];

export type PlayerStatus =
  /** The moment is being rebuilt. */
  | { readonly kind: 'loading' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'playing' }
  /** Playing, but the next stretch is not here yet: the clock stands. */
  | { readonly kind: 'waiting' }
  /** It has caught up with now. */
  | { readonly kind: 'atNow' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ReplayFacts {
  readonly earliestMs: number | null;
  readonly hasHistory: boolean;
  readonly unknownAlarmIds: readonly string[];
  readonly settingsVersion: number | null;
  readonly settings: ReplayState['settings'];
}

const tickMs = 100;
/** Replay ends this much before now: what is newer may still be on its way to the disk. */
export const edgeMs = 3_000;
const shownLines = 40;

interface Stream<Item> {
  untilMs: number;
  isLoading: boolean;
  items: Item[];
}

type Frame =
  | { readonly kind: 'alarms'; readonly atMs: number; readonly frame: ReplayEvents['alarms'][number] }
  | { readonly kind: 'incidents'; readonly atMs: number; readonly frame: ReplayEvents['incidents'][number] }
  | { readonly kind: 'surroundings'; readonly atMs: number; readonly frame: ReplayEvents['surroundings'][number] }
  | { readonly kind: 'line'; readonly atMs: number; readonly line: JournalEntry };

export class ReplayPlayer implements PlantSource {
  readonly values = new PointValues();
  readonly alarms = new AlarmTable();
  readonly incidents = new IncidentTable();
  readonly flood = new Observable<FloodView | null>(null);
  readonly liveness = new Observable<Liveness>({ kind: 'connecting' });
  readonly beats = new Observable(0);
  readonly jumps = new Observable(0);
  readonly absentReason = 'noRecord';

  readonly status = new Observable<PlayerStatus>({ kind: 'loading' });
  readonly speed = new Observable<Speed>(1);
  readonly position: Observable<number>;
  readonly work = new Observable<readonly WorkWindow[]>([]);
  readonly watches = new Observable<readonly WatchThen[]>([]);
  /** Counts up when readings for other stations or points have come. */
  readonly arrivals = new Observable(0);
  readonly facts = new Observable<ReplayFacts | null>(null);
  /** What happened since the last jump, newest first. */
  readonly lines = new Observable<readonly JournalEntry[]>([]);

  readonly #clock: Clock;
  readonly #requests: ReplayRequests;
  readonly #liveNowMs: () => number;
  readonly #stations = new Map<string, number>();
  readonly #points = new Map<string, number>();
  readonly #queue = new ReadingQueue();
  #events: Stream<Frame> = { untilMs: 0, isLoading: false, items: [] };
  #sequence = 0;
  #readingsUntilMs = 0;
  #readingsAbort: AbortController | null = null;
  #seekAbort = new AbortController();
  #anchorMs: number;
  #anchorMonotonicMs = 0;
  #isPlaying = false;
  #timer: TimerHandle | null = null;
  #wantTimer: TimerHandle | null = null;

  constructor(options: {
    readonly clock: Clock;
    readonly requests: ReplayRequests;
    readonly liveNowMs: () => number;
    readonly atMs: number;
  }) {
    this.#clock = options.clock;
    this.#requests = options.requests;
    this.#liveNowMs = options.liveNowMs;
    this.#anchorMs = options.atMs;
    this.position = new Observable(options.atMs);
    this.#tickLater();
  }

  readonly serverNowMs = (): number => this.position.get();

  get edgeMs(): number {
    return this.#liveNowMs() - edgeMs;
  }

  want(want: { readonly stations?: readonly string[]; readonly points?: readonly string[] }): () => void {
    const { stations = [], points = [] } = want;
    const count = (by: number): void => {
      for (const id of stations) this.#stations.set(id, (this.#stations.get(id) ?? 0) + by);
      for (const id of points) this.#points.set(id, (this.#points.get(id) ?? 0) + by);
      this.#wantTimer ??= this.#clock.after(15, () => {
        this.#wantTimer = null;
        this.#readAgain();
      });
    };
    count(1);
    return () => count(-1);
  }

  /** All points of the station are read. */
  isWholeStation(stationId: string): boolean {
    return (this.#stations.get(stationId) ?? 0) > 0;
  }

  /** Shows this moment. What plays goes on playing from there. */
  async seek(atMs: number): Promise<void> {
    this.#seekAbort.abort();
    this.#readingsAbort?.abort();
    this.#seekAbort = new AbortController();
    // What is wanted is read with the moment.
    this.#wantTimer?.cancel();
    this.#wantTimer = null;
    const { signal } = this.#seekAbort;
    const wantedMs = Math.round(Math.min(atMs, this.edgeMs));
    this.position.set(wantedMs);
    this.status.set({ kind: 'loading' });
    try {
      const [state, readings] = await Promise.all([this.#requests.state(wantedMs, signal), this.#readingsOf(wantedMs, signal)]);
      if (signal.aborted) return;
      this.#show(state, readings);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  play(): void {
    this.#isPlaying = true;
    this.#anchor(this.position.get());
    if (this.status.get().kind !== 'loading') this.status.set({ kind: 'playing' });
  }

  pause(): void {
    this.#isPlaying = false;
    if (this.status.get().kind !== 'loading') this.status.set({ kind: 'paused' });
  }

  toggle(): void {
    if (this.#isPlaying) this.pause();
    else this.play();
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  setSpeed(speed: Speed): void {
    this.#anchor(this.position.get());
    this.speed.set(speed);
  }

  step(byMs: number): Promise<void> {
    return this.seek(this.position.get() + byMs);
  }

  stop(): void {
    this.#seekAbort.abort();
    this.#readingsAbort?.abort();
    this.#timer?.cancel();
    this.#wantTimer?.cancel();
  }

  #show(state: ReplayState, readings: readonly ReplayReadings[]): void {
    this.#sequence = state.sequence;
    this.#events = { untilMs: state.atMs, isLoading: false, items: [] };
    this.#queue.clear();
    this.#readingsUntilMs = this.#take(readings, state.atMs);
    // Since when a value was bad is of the time that is being left.
    this.values.replace(noColumns);
    this.values.replace(this.#queue.take(state.atMs));
    this.alarms.replace(state.alarms);
    this.incidents.replace(state.incidents);
    this.flood.set(state.flood);
    this.work.set(state.work);
    this.watches.set(state.watches);
    this.lines.set([]);
    const { earliestMs, hasHistory, unknownAlarmIds, settingsVersion, settings } = state;
    this.facts.set({ earliestMs, hasHistory, unknownAlarmIds, settingsVersion, settings });
    this.#anchor(state.atMs);
    this.liveness.set({ kind: 'live' });
    this.jumps.set(this.jumps.get() + 1);
    this.status.set({ kind: this.#isPlaying ? 'playing' : 'paused' });
    this.#readAhead();
  }

  #anchor(atMs: number): void {
    this.#anchorMs = atMs;
    this.#anchorMonotonicMs = this.#clock.monotonicMs();
  }

  #fail(error: unknown): void {
    this.#isPlaying = false;
    this.status.set({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }

  #tickLater(): void {
    this.#timer = this.#clock.after(tickMs, () => {
      this.#tick();
      this.#tickLater();
    });
  }

  #tick(): void {
    const { kind } = this.status.get();
    if (!this.#isPlaying || (kind !== 'playing' && kind !== 'waiting')) return;
    const wantedMs = this.#anchorMs + (this.#clock.monotonicMs() - this.#anchorMonotonicMs) * this.speed.get();
    const { edgeMs: lastMs } = this;
    const readMs = Math.min(this.#events.untilMs, this.#wantsReadings ? this.#readingsUntilMs : Number.POSITIVE_INFINITY) - 1;
    const nowMs = Math.min(wantedMs, readMs, lastMs);
    if (nowMs > this.position.get()) this.#playTo(nowMs);
    if (wantedMs >= lastMs && readMs >= lastMs - 1_500) {
      this.#isPlaying = false;
      this.status.set({ kind: 'atNow' });
      return;
    }
    if (wantedMs > readMs) this.#anchor(this.position.get());
    const isWaiting = wantedMs > readMs;
    if (isWaiting !== (kind === 'waiting')) this.status.set({ kind: isWaiting ? 'waiting' : 'playing' });
    this.#readAhead();
  }

  #playTo(nowMs: number): void {
    this.position.set(nowMs);
    const columns = this.#queue.take(nowMs);
    if (columns.p.length > 0) this.values.apply(columns);
    const { items } = this.#events;
    const later = items.findIndex((item) => item.atMs > nowMs);
    const due = items.splice(0, later === -1 ? items.length : later);
    for (const item of due) this.#playFrame(item);
    const lines = due.flatMap((item) => (item.kind === 'line' ? [item.line] : []));
    if (lines.length > 0) this.lines.set([...lines.toReversed(), ...this.lines.get()].slice(0, shownLines));
    this.beats.set(this.beats.get() + 1);
  }

  #playFrame(item: Frame): void {
    if (item.kind === 'alarms') this.alarms.apply(item.frame.alarms);
    else if (item.kind === 'incidents') this.incidents.apply(item.frame.incidents);
    else if (item.kind === 'surroundings') {
      this.flood.set(item.frame.flood);
      this.work.set(item.frame.work);
      this.watches.set(item.frame.watches);
    }
  }

  /** About twenty seconds of playing ahead. */
  get #stretchMs(): number {
    return Math.min(600_000, Math.max(30_000, this.speed.get() * 20_000));
  }

  #stretchFrom(fromMs: number): number | null {
    const toMs = Math.min(fromMs + this.#stretchMs, this.edgeMs);
    const isShort = toMs - fromMs < 1_000;
    const isFarAhead = fromMs - this.position.get() > this.#stretchMs / 2;
    return isShort || isFarAhead ? null : toMs;
  }

  #readAhead(): void {
    const { signal } = this.#seekAbort;
    const events = this.#events;
    const eventsToMs = this.#stretchFrom(events.untilMs);
    if (!events.isLoading && eventsToMs !== null) {
      events.isLoading = true;
      this.#requests
        .events({ fromMs: events.untilMs, toMs: eventsToMs, after: this.#sequence }, signal)
        .then((answer) => {
          if (signal.aborted) return;
          events.isLoading = false;
          events.untilMs = answer.toMs;
          events.items.push(...framesOf(answer));
          this.#sequence = answer.sequence;
        })
        .catch((error: unknown) => {
          if (!signal.aborted) this.#fail(error);
          events.isLoading = false;
        });
    }
    const readingsToMs = this.#stretchFrom(this.#readingsUntilMs);
    if (this.#readingsAbort === null && readingsToMs !== null && this.#wantsReadings) this.#readOn(this.#readingsUntilMs);
  }

  #readOn(fromMs: number): void {
    const abort = new AbortController();
    this.#readingsAbort = abort;
    this.#readingsOf(fromMs, abort.signal)
      .then((answers) => {
        if (abort.signal.aborted) return;
        this.#readingsAbort = null;
        this.#readingsUntilMs = this.#take(answers, fromMs);
        // The first statement of each point is of the moment that was asked from.
        this.#playTo(this.position.get());
        this.arrivals.set(this.arrivals.get() + 1);
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        this.#readingsAbort = null;
        this.#fail(error);
      });
  }

  /** Other stations or points are on the screen: what they showed at this moment, and on from there. */
  #readAgain(): void {
    if (this.status.get().kind === 'loading' || this.status.get().kind === 'failed') return;
    this.#readingsAbort?.abort();
    this.#readingsAbort = null;
    this.#queue.clear();
    this.#readingsUntilMs = this.position.get();
    if (this.#wantsReadings) this.#readOn(this.position.get());
  }

  get #wantsReadings(): boolean {
    return wanted(this.#stations).length + wanted(this.#points).length > 0;
  }

  #readingsOf(fromMs: number, signal: AbortSignal): Promise<ReplayReadings[]> {
    const toMs = Math.max(fromMs + 1, Math.min(fromMs + this.#stretchMs, this.edgeMs));
    const ask = { fromMs: Math.round(fromMs), toMs: Math.round(toMs), stations: wanted(this.#stations), points: wanted(this.#points) };
    return Promise.all(splitAsk(ask).map((part) => this.#requests.readings(part, signal)));
  }

  /** Into the queue; tells how far they reach together. */
  #take(answers: readonly ReplayReadings[], fromMs: number): number {
    if (answers.length === 0) return fromMs;
    const untilMs = Math.min(...answers.map((answer) => answer.toMs));
    this.#queue.add(answers, untilMs);
    return untilMs;
  }
}

function wanted(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].filter(([, count]) => count > 0).map(([id]) => id);
}

/** In the order of their moments; within one, alarms first. */
function framesOf({ alarms, incidents, surroundings, lines }: ReplayEvents): Frame[] {
  const frames: Frame[] = [
    ...alarms.map((frame): Frame => ({ kind: 'alarms', atMs: frame.atMs, frame })),
    ...incidents.map((frame): Frame => ({ kind: 'incidents', atMs: frame.atMs, frame })),
    ...surroundings.map((frame): Frame => ({ kind: 'surroundings', atMs: frame.atMs, frame })),
    ...lines.map((line): Frame => ({ kind: 'line', atMs: line.recordedAtMs, line })),
  ];
  return frames.sort((one, other) => one.atMs - other.atMs);
}
