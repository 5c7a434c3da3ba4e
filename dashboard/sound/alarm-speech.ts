// Says station and message of an alarm after its sound, where this console wants that: the worst of the new ones first, each once, and how many more wait.
// It goes by the state of the sound: silenced or acknowledged, it is quiet at once; blocked, it waits.
import { annunciationOf } from '../../domain/alarms/alarm-state.ts';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import { Observable } from '../live/observable.ts';
import { type SoundState, soundingKey } from './alarm-sound.ts';

/** The browser's voice, or a test's. */
export interface Voice {
  isAvailable(language: Language): boolean;
  say(text: string, language: Language, onEnd: () => void): void;
  stop(): void;
}

export interface SpokenWords {
  readonly language: Language;
  /** Priority, station and message, as a person would read them out. */
  readonly textOf: (alarm: AlarmView) => string;
  /** Said after it where more wait to be said. */
  readonly moreText: (count: number) => string;
}

const storageKey = 'gatewatch.speech';

export class AlarmSpeech {
  readonly isOn: Observable<boolean>;
  readonly #voice: Voice;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Alarms that have been said or were silenced before they could be. */
  #told = new Set<string>();
  /** What is being said, or null. */
  #saying: AlarmView | null = null;
  #latest: { readonly alarms: readonly AlarmView[]; readonly state: SoundState; readonly words: SpokenWords } | null = null;

  constructor(options: { readonly voice: Voice; readonly storage: Pick<Storage, 'getItem' | 'setItem'> }) {
    this.#voice = options.voice;
    this.#storage = options.storage;
    this.isOn = new Observable(options.storage.getItem(storageKey) === 'on');
  }

  isAvailable(language: Language): boolean {
    return this.#voice.isAvailable(language);
  }

  turn(isOn: boolean): void {
    this.#storage.setItem(storageKey, isOn ? 'on' : 'off');
    this.isOn.set(isOn);
    this.#decide();
  }

  /** The test button: says a sentence whether or not the option is on. */
  test(text: string, language: Language): void {
    this.#hush();
    this.#voice.say(text, language, () => undefined);
  }

  /** At every change of the alarms, of what sounds, or of the language. */
  follow(alarms: readonly AlarmView[], state: SoundState, words: SpokenWords): void {
    this.#latest = { alarms, state, words };
    this.#decide();
  }

  stop(): void {
    this.#latest = null;
    this.#hush();
  }

  #decide(): void {
    if (this.#latest === null) return;
    const { alarms, state, words } = this.#latest;
    const calling = alarms.filter((alarm) => annunciationOf[alarm.state] === 'soundAndFlash' && !alarm.isEclipsed);
    const keys = new Set(calling.map(soundingKey));
    this.#told = new Set([...this.#told].filter((key) => keys.has(key)));
    if (state.kind === 'silenced') this.#told = keys;
    if (!this.isOn.get() || state.kind !== 'sounding') {
      this.#hush();
      return;
    }
    // Acknowledged while it was being said.
    if (this.#saying !== null && !keys.has(soundingKey(this.#saying))) this.#hush();
    const waiting = calling
      .filter((alarm) => !this.#told.has(soundingKey(alarm)))
      .sort((one, other) => priorityNumber[one.priority] - priorityNumber[other.priority]);
    const [next] = waiting;
    if (next === undefined) return;
    // A worse one does not wait for the end of a lesser one's sentence.
    if (this.#saying !== null && priorityNumber[next.priority] >= priorityNumber[this.#saying.priority]) return;
    this.#hush();
    this.#saying = next;
    this.#told.add(soundingKey(next));
    const more = waiting.length - 1;
    const text = more === 0 ? words.textOf(next) : `${words.textOf(next)} ${words.moreText(more)}`;
    this.#voice.say(text, words.language, () => {
      if (this.#saying !== next) return;
      this.#saying = null;
      this.#decide();
    });
  }

  #hush(): void {
    if (this.#saying === null) return;
    this.#saying = null;
    this.#voice.stop();
  }
}
