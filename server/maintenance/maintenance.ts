// Stations in maintenance and points under test: begins, extends and ends them on a person's word or by time, together with what that does to alarms.
import { randomUUID } from 'node:crypto';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Deadlines } from '../../domain/time/deadlines.ts';
import { type KnownAlarm, serverActor } from '../alarms/alarm-change.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { changesAfterTest, suppressionChanges } from './alarms-under-work.ts';
import { endWork, extendWork, longestMsOf, startWork, type WorkPlace, type WorkTransition } from './work-window-rules.ts';
import { type WorkWindows, writeWorkWindow } from './work-windows.ts';

export interface Person {
  readonly username: string;
  readonly actor: JournalActor;
}

type Step = 'start' | 'extend' | 'end';

interface Move {
  readonly step: Step;
  readonly window: WorkWindow;
  readonly actor: JournalActor;
}

export class Maintenance {
  readonly windows: WorkWindows;
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #alarms: AlarmStore;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #announce: (stationId: string) => void;

  /** `announce` is called after the commit. */
  constructor(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly alarms: AlarmStore;
    readonly windows: WorkWindows;
    readonly clock: Clock;
    readonly announce: (stationId: string) => void;
  }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#alarms = options.alarms;
    this.windows = options.windows;
    this.#clock = options.clock;
    this.#deadlines = new Deadlines(options.clock);
    this.#announce = options.announce;
  }

  start(place: WorkPlace, ask: { readonly reason: string; readonly untilMs: number }, person: Person): Promise<WorkTransition> {
    return this.#ledger.exclusively((commit) => {
      const running = place.kind === 'test' ? this.windows.testOf(place.pointId) : this.windows.maintenanceAt(place.stationId);
      const event = { ...ask, id: randomUUID(), atMs: this.#clock.nowMs(), by: person.username };
      return this.#move(commit, 'start', startWork(running, place, event, this.#plant.alarmManagement), person.actor);
    });
  }

  /** Null where nothing runs there. */
  extend(
    find: () => WorkWindow | null,
    ask: { readonly version: number; readonly reason: string; readonly untilMs: number },
    person: Person,
  ): Promise<WorkTransition | null> {
    return this.#ledger.exclusively(async (commit) => {
      const window = find();
      if (window === null) return null;
      const event = { ...ask, atMs: this.#clock.nowMs(), by: person.username };
      return this.#move(commit, 'extend', extendWork(window, event, this.#plant.alarmManagement), person.actor);
    });
  }

  /** Null where nothing runs there. */
  end(
    find: () => WorkWindow | null,
    ask: { readonly version: number; readonly comment: string | null },
    person: Person,
  ): Promise<WorkTransition | null> {
    return this.#ledger.exclusively(async (commit) => {
      const window = find();
      if (window === null) return null;
      return this.#move(commit, 'end', endWork(window, { ...ask, atMs: this.#clock.nowMs(), by: person.username }), person.actor);
    });
  }

  /** Ends what has run out, and brings the alarms into line with what runs. Call about once a second, and once before anybody is answered. */
  tick(): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const atMs = this.#clock.nowMs();
      const moves: Move[] = [];
      for (const window of this.windows.running()) {
        if (!this.#deadlines.isOver(window.id, window.untilMs, longestMsOf(window.kind, this.#plant.alarmManagement))) continue;
        const transition = endWork(window, { version: null, atMs, by: null, comment: null });
        if (transition.kind === 'changed') moves.push({ step: 'end', window: transition.window, actor: serverActor });
      }
      this.#deadlines.endRound();
      await this.#commit(commit, moves);
    });
  }

  async #move(commit: Commit, step: Step, transition: WorkTransition, actor: JournalActor): Promise<WorkTransition> {
    if (transition.kind === 'changed') await this.#commit(commit, [{ step, window: transition.window, actor }]);
    return transition;
  }

  /** MT6. */
  async #commit(commit: Commit, moves: readonly Move[]): Promise<void> {
    const known = this.#alarms.all();
    const nowMs = this.#clock.nowMs();
    const changes = [
      ...suppressionChanges(known, (alarm) => this.#maintenanceAfter(alarm, moves), nowMs),
      ...moves.flatMap(({ step, window }) => (step === 'end' ? changesAfterTest(known, this.#plant, window, nowMs) : [])),
    ];
    if (moves.length === 0 && changes.length === 0) return;
    await this.#alarms.apply(commit, changes, {
      entries: moves.map(entryOf),
      write: async (transaction) => {
        for (const { window } of moves) await writeWorkWindow(transaction, window);
      },
    });
    for (const { window } of moves) {
      this.windows.put(window);
      this.#announce(window.stationId);
    }
  }

  /** As it will be once `moves` are committed. */
  #maintenanceAfter({ definition }: KnownAlarm, moves: readonly Move[]): string | null {
    if (this.windows.isSpared(definition)) return null;
    const stationId = this.#plant.stations[definition.stationIndex]?.id;
    const moved = moves.find(({ window }) => window.kind === 'maintenance' && window.stationId === stationId)?.window;
    if (moved !== undefined) return moved.ended === null ? moved.id : null;
    return this.windows.maintenanceOf(definition);
  }
}

function entryOf({ step, window, actor }: Move): NewJournalEntry {
  const { kind, id, version, stationId, reason, untilMs, startedBy, startedAtMs, ended } = window;
  return {
    occurredAtMs: window.changedAtMs,
    kind: `${kind}.${step}`,
    stationId,
    alarmId: null,
    occurrenceId: null,
    actor,
    detail: {
      id,
      version,
      ...(window.kind === 'maintenance' ? { permit: window.permit } : { pointId: window.pointId }),
      ...(step === 'end'
        ? {
            startedBy,
            startedAtMs,
            ...(ended?.by == null ? { expired: true } : {}),
            ...(ended?.comment == null ? {} : { comment: ended.comment }),
          }
        : { reason, untilMs }),
    },
  };
}
