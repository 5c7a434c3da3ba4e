// What this page knows of the plant right now, and whether it may be believed. Knows no socket: messages come in, subscriptions go out.
// Rules: the first message is a snapshot; each later one carries the next sequence; a gap means ask again; silence for long means not live.

import type { FloodView } from '../../domain/alarms/flood.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import {
  type LiveAlarm,
  type LiveNotice,
  type LiveSnapshot,
  type LiveTopic,
  liveAlarmSchema,
  liveIncidentSchema,
  liveNoticeSchema,
  liveReadingsSchema,
  liveSnapshotSchema,
  type Subscribe,
} from '../../domain/messages/live-channel.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { AlarmTable } from './alarm-table.ts';
import { IncidentTable } from './incident-table.ts';
import { Observable } from './observable.ts';
import { PointValues } from './point-values.ts';

export type Liveness =
  /** Signed in, first snapshot not here yet. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** No collector, or not all, but the server is there. `isBlind`: no collector at all is live, so no value may be believed. */
  | { readonly kind: 'collectorLost'; readonly sinceMs: number | null; readonly collectorIds: readonly string[]; readonly isBlind: boolean }
  | { readonly kind: 'serverLost'; readonly sinceMs: number };

export type LiveEvent = 'snapshot' | 'readings' | 'alarm' | 'incident' | 'notice';

interface CollectorState {
  readonly lastHeardAtMs: number;
  readonly isLive: boolean;
}

/** The server speaks at least once a second; after this long without a word it is lost. With the check below: at most 4.5 s. */
const silenceMaxMs = 4_000;
const checkEveryMs = 500;
/** How long a snapshot may take before it is asked for again. */
const snapshotWaitMs = 5_000;
const subscribeDelayMs = 15;

export interface LiveClientOptions {
  readonly clock: Clock;
  readonly send: (message: Subscribe) => void;
  readonly onSessionEnded?: () => void;
  readonly onPlantChanged?: () => void;
  /** The server says that what a page read over HTTP is old. */
  readonly onTopicChanged?: (topic: LiveTopic) => void;
}

export class LiveClient {
  readonly values = new PointValues();
  readonly alarms = new AlarmTable();
  readonly incidents = new IncidentTable();
  /** The flood at this person's stations, or null. */
  readonly flood = new Observable<FloodView | null>(null);
  readonly liveness = new Observable<Liveness>({ kind: 'connecting' });
  /** Counts what the server said: the heartbeat in the header moves with it, never with a timer. */
  readonly beats = new Observable(0);
  /** Live time never jumps. */
  readonly jumps = new Observable(0);
  readonly absentReason = 'notYetRead';
  /** Messages that did not fit, for the person who looks for the reason. */
  readonly counts = { gaps: 0, malformed: 0, late: 0 };

  readonly #options: LiveClientOptions;
  readonly #stations = new Map<string, number>();
  readonly #points = new Map<string, number>();
  readonly #collectors = new Map<string, CollectorState>();
  #isOpen = false;
  #sequence: number | null = null;
  #alarmSequence = 0;
  #askedAtMs: number | null = null;
  #subscribeTimer: TimerHandle | null = null;
  #checkTimer: TimerHandle | null = null;
  #heardAtMonotonicMs: number;
  #serverAheadMs = 0;
  #heardServerTimeMs: number;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#heardAtMonotonicMs = options.clock.monotonicMs();
    this.#heardServerTimeMs = options.clock.nowMs();
    this.#scheduleCheck();
  }

  /** The server's idea of now: the page's own clock may be wrong. */
  readonly serverNowMs = (): number => this.#options.clock.nowMs() + this.#serverAheadMs;

  /** Keeps these stations and points subscribed until the returned function is called. */
  want(want: { readonly stations?: readonly string[]; readonly points?: readonly string[] }): () => void {
    const stations = want.stations ?? [];
    const points = want.points ?? [];
    for (const id of stations) this.#stations.set(id, (this.#stations.get(id) ?? 0) + 1);
    for (const id of points) this.#points.set(id, (this.#points.get(id) ?? 0) + 1);
    this.#subscribeSoon();
    return () => {
      for (const id of stations) release(this.#stations, id);
      for (const id of points) release(this.#points, id);
      this.#subscribeSoon();
    };
  }

  opened(): void {
    this.#isOpen = true;
    this.#sequence = null;
    this.#subscribeNow();
  }

  closed(): void {
    this.#isOpen = false;
    this.#sequence = null;
    this.#judge();
  }

  receive(event: LiveEvent, raw: unknown): void {
    switch (event) {
      case 'snapshot': {
        const message = liveSnapshotSchema.safeParse(raw);
        if (message.success) this.#onSnapshot(message.data);
        else this.#onMalformed();
        return;
      }
      case 'readings': {
        const message = liveReadingsSchema.safeParse(raw);
        if (!message.success) this.#onMalformed();
        else if (this.#isNext(message.data.sequence, message.data.serverTimeMs)) this.values.apply(message.data);
        return;
      }
      case 'alarm': {
        const message = liveAlarmSchema.safeParse(raw);
        if (!message.success) this.#onMalformed();
        else this.#onAlarms(message.data);
        return;
      }
      case 'incident': {
        const message = liveIncidentSchema.safeParse(raw);
        if (!message.success) this.#onMalformed();
        else if (this.#isNext(message.data.sequence, message.data.serverTimeMs)) this.incidents.apply(message.data.incidents);
        return;
      }
      case 'notice': {
        const message = liveNoticeSchema.safeParse(raw);
        if (!message.success) this.#onMalformed();
        else if (this.#isNext(message.data.sequence, message.data.serverTimeMs)) this.#onNotice(message.data.notice);
        return;
      }
      default:
        exhaustive(event, 'live event');
    }
  }

  stop(): void {
    this.#subscribeTimer?.cancel();
    this.#checkTimer?.cancel();
    this.#checkTimer = null;
  }

  #onSnapshot(snapshot: LiveSnapshot): void {
    this.#sequence = snapshot.sequence;
    this.#alarmSequence = snapshot.alarmSequence;
    this.#askedAtMs = null;
    this.#collectors.clear();
    for (const { collectorId, lastHeardAtMs, isLive } of snapshot.collectors) this.#collectors.set(collectorId, { lastHeardAtMs, isLive });
    this.#heard(snapshot.serverTimeMs);
    this.values.replace(snapshot.readings);
    this.alarms.replace(snapshot.alarms);
    this.incidents.replace(snapshot.incidents);
    this.flood.set(snapshot.flood);
    this.#judge();
  }

  #onAlarms({ sequence, serverTimeMs, isCatchUp, alarms }: LiveAlarm): void {
    if (this.#sequence === null) return;
    if (!isCatchUp && sequence > this.#alarmSequence + 1) {
      this.counts.gaps++;
      this.#sequence = null;
      this.#subscribeNow();
      return;
    }
    this.#alarmSequence = Math.max(this.#alarmSequence, sequence);
    this.#heard(serverTimeMs);
    // Told twice, or out of step, does no harm: an alarm counts only if its version is newer.
    this.alarms.apply(alarms);
  }

  #onNotice(notice: LiveNotice['notice']): void {
    switch (notice.kind) {
      case 'collector':
        this.#collectors.set(notice.collectorId, { lastHeardAtMs: notice.lastHeardAtMs, isLive: notice.isLive });
        this.#judge();
        return;
      case 'changed':
        this.#options.onTopicChanged?.(notice.topic);
        return;
      case 'flood':
        this.flood.set(notice.flood);
        return;
      case 'plantChanged':
        this.#options.onPlantChanged?.();
        this.#subscribeSoon();
        return;
      case 'sessionEnded':
        this.#options.onSessionEnded?.();
        return;
      case 'heartbeat':
        return;
      default:
        exhaustive(notice, 'notice');
    }
  }

  /** True where this message follows the one before. A repeated one is passed over; a gap makes the page ask for everything again. */
  #isNext(sequence: number, serverTimeMs: number): boolean {
    if (this.#sequence === null) return false;
    if (sequence <= this.#sequence) {
      this.counts.late++;
      return false;
    }
    if (sequence !== this.#sequence + 1) {
      this.counts.gaps++;
      this.#sequence = null;
      this.#subscribeNow();
      return false;
    }
    this.#sequence = sequence;
    this.#heard(serverTimeMs);
    return true;
  }

  /** Asks again, but only after the wait: a server that speaks another schema must not be asked in a circle. */
  #onMalformed(): void {
    this.counts.malformed++;
    this.#sequence = null;
    this.#askedAtMs = this.#options.clock.monotonicMs();
  }

  /** Only what fits counts as hearing the server: one whose messages cannot be used is as good as lost. */
  #heard(serverTimeMs: number): void {
    this.#heardAtMonotonicMs = this.#options.clock.monotonicMs();
    this.#heardServerTimeMs = serverTimeMs;
    this.#serverAheadMs = serverTimeMs - this.#options.clock.nowMs();
    this.beats.set(this.beats.get() + 1);
    if (this.liveness.get().kind === 'serverLost' && this.#sequence !== null) this.#judge();
  }

  #subscribeSoon(): void {
    this.#subscribeTimer ??= this.#options.clock.after(subscribeDelayMs, () => this.#subscribeNow());
  }

  #subscribeNow(): void {
    this.#subscribeTimer?.cancel();
    this.#subscribeTimer = null;
    if (!this.#isOpen) return;
    this.#askedAtMs = this.#options.clock.monotonicMs();
    this.#options.send({ stations: [...this.#stations.keys()], points: [...this.#points.keys()] });
  }

  #scheduleCheck(): void {
    this.#checkTimer = this.#options.clock.after(checkEveryMs, () => {
      if (this.#isOpen && this.#askedAtMs !== null && this.#options.clock.monotonicMs() - this.#askedAtMs >= snapshotWaitMs)
        this.#subscribeNow();
      this.#judge();
      this.#scheduleCheck();
    });
  }

  #judge(): void {
    const before = this.liveness.get();
    const isSilent = this.#options.clock.monotonicMs() - this.#heardAtMonotonicMs >= silenceMaxMs;
    // A closed socket is lost at once once there has been a picture to lose; before the first one the page is still connecting.
    if (isSilent || (!this.#isOpen && before.kind !== 'connecting')) {
      if (before.kind !== 'serverLost') this.liveness.set({ kind: 'serverLost', sinceMs: this.#heardServerTimeMs });
      return;
    }
    if (this.#sequence === null) return;
    const collectors = [...this.#collectors];
    const lost = collectors.filter(([, state]) => !state.isLive);
    if (collectors.length > 0 && lost.length === 0) {
      if (before.kind !== 'live') this.liveness.set({ kind: 'live' });
      return;
    }
    const sinceMs = lost.length > 0 ? Math.min(...lost.map(([, state]) => state.lastHeardAtMs)) : null;
    const collectorIds = lost.map(([id]) => id);
    const isBlind = lost.length === collectors.length;
    const isSame =
      before.kind === 'collectorLost' &&
      before.sinceMs === sinceMs &&
      before.isBlind === isBlind &&
      before.collectorIds.join() === collectorIds.join();
    if (!isSame) this.liveness.set({ kind: 'collectorLost', sinceMs, collectorIds, isBlind });
  }
}

function release(counts: Map<string, number>, id: string): void {
  const left = (counts.get(id) ?? 0) - 1;
  if (left > 0) counts.set(id, left);
  else counts.delete(id);
}

/** False: every value on the page is old and must be shown as unknown. */
export function areValuesBelievable(liveness: Liveness): boolean {
  return liveness.kind === 'live' || (liveness.kind === 'collectorLost' && !liveness.isBlind);
}
