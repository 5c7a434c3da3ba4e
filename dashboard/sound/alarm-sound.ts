// Decides what this console sounds: the worst unacknowledged alarm that has not been silenced here, repeated until silenced or acknowledged.
// Silence stops what sounds now and nothing else; the next alarm, or the same one raised again, sounds again.

import { annunciationOf } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { Observable } from '../live/observable.ts';
import { type SoundPattern, soundPatterns } from './sound-patterns.ts';

export type SoundState =
  | { readonly kind: 'silent' }
  | { readonly kind: 'sounding'; readonly priority: AlarmPriority }
  | { readonly kind: 'silenced' }
  /** The browser lets a page sound only after a person has touched it. `wanted`: what would sound. */
  | { readonly kind: 'blocked'; readonly wanted: AlarmPriority | null };

export interface SoundPlayer {
  play(pattern: SoundPattern): void;
  stop(): void;
  isBlocked(): boolean;
  /** Called from a person's click or key: browsers ask for that. */
  unblock(): void;
  onBlockedChange(listener: () => void): void;
}

/** An alarm raised again is a new reason to sound. */
export function soundingKey(alarm: AlarmView): string {
  return `${alarm.id}/${alarm.raiseCount}`;
}

export class AlarmSound {
  readonly state = new Observable<SoundState>({ kind: 'silent' });
  readonly #clock: Clock;
  readonly #player: SoundPlayer;
  #alarms: readonly AlarmView[] = [];
  #silenced = new Set<string>();
  #timer: TimerHandle | null = null;

  constructor(options: { readonly clock: Clock; readonly player: SoundPlayer }) {
    this.#clock = options.clock;
    this.#player = options.player;
    this.#player.onBlockedChange(() => this.#decide());
    this.#decide();
  }

  setAlarms(alarms: readonly AlarmView[]): void {
    this.#alarms = alarms;
    this.#decide();
  }

  silence(): void {
    for (const alarm of this.#sounding()) this.#silenced.add(soundingKey(alarm));
    this.#decide();
  }

  /** The test button: also what wakes a browser that blocks sound. */
  test(priority: AlarmPriority): void {
    this.#player.unblock();
    this.#player.play(soundPatterns[priority]);
  }

  unblock(): void {
    this.#player.unblock();
  }

  stop(): void {
    this.#alarms = [];
    this.#decide();
  }

  #sounding(): AlarmView[] {
    return this.#alarms.filter((alarm) => annunciationOf[alarm.state] === 'soundAndFlash' && !alarm.isEclipsed);
  }

  #decide(): void {
    const annunciating = this.#sounding();
    const keys = new Set(annunciating.map(soundingKey));
    this.#silenced = new Set([...this.#silenced].filter((key) => keys.has(key)));
    let worst: AlarmPriority | null = null;
    for (const alarm of annunciating) {
      if (this.#silenced.has(soundingKey(alarm))) continue;
      if (worst === null || priorityNumber[alarm.priority] < priorityNumber[worst]) worst = alarm.priority;
    }
    const before = this.state.get();
    if (this.#player.isBlocked()) {
      if (before.kind !== 'blocked' || before.wanted !== worst) this.state.set({ kind: 'blocked', wanted: worst });
      this.#timer?.cancel();
      this.#timer = null;
      return;
    }
    if (worst === null) {
      this.#timer?.cancel();
      this.#timer = null;
      if (before.kind === 'sounding') this.#player.stop();
      const kind = annunciating.length > 0 ? 'silenced' : 'silent';
      if (before.kind !== kind) this.state.set({ kind });
      return;
    }
    if (before.kind === 'sounding' && before.priority === worst && this.#timer !== null) return;
    this.#timer?.cancel();
    this.#player.stop();
    this.state.set({ kind: 'sounding', priority: worst });
    this.#round(worst);
  }

  #round(priority: AlarmPriority): void {
    const pattern = soundPatterns[priority];
    this.#player.play(pattern);
    this.#timer = this.#clock.after(pattern.repeatMs, () => this.#round(priority));
  }
}

/** As browser tests and the style sheet read it from the document element. */
export function soundStateText(state: SoundState): string {
  return state.kind === 'sounding' ? `sounding:${state.priority}` : state.kind;
}
