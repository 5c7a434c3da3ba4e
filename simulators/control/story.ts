// The demo plays by itself: a new event every minute or two, the same ones in the same order for the same seed, never two big ones at once.
import { createRandom, type Random } from '../process/random.ts';
import { type ScenarioPlayer, scenarios } from './scenarios.ts';

const firstEventMs = 40_000;
const shortestPauseMs = 60_000;
const longestPauseMs = 120_000;
/** Loud and clear first, so that a visitor sees an alarm within two minutes. */
const opening = ['leak', 'filter-clog', 'mains-loss'] as const;

export class Story {
  readonly #player: ScenarioPlayer;
  readonly #random: Random;
  #nextAtMs: number;
  #told = 0;

  constructor(player: ScenarioPlayer, seed: number, startMs: number) {
    this.#player = player;
    this.#random = createRandom(seed + 1_000_003);
    this.#nextAtMs = startMs + firstEventMs;
  }

  /** Returns the name of the event that began, or null. */
  step(timeMs: number): string | null {
    if (timeMs < this.#nextAtMs) return null;
    this.#nextAtMs = timeMs + shortestPauseMs + this.#random() * (longestPauseMs - shortestPauseMs);
    const candidates = scenarios.filter((scenario) => scenario.isByHand !== true && !(this.#player.hasBig && scenario.isBig));
    const drawn = candidates[Math.floor(this.#random() * candidates.length)]?.name ?? 'door-open';
    const name = opening[this.#told] ?? drawn;
    this.#told += 1;
    this.#player.start(name, {});
    return name;
  }
}
