// Deliveries whose turn has come at one target: the most urgent first, then the oldest; so many at a time (NO10).
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';

export class TargetQueue {
  readonly #concurrency: number;
  readonly #waiting: Readonly<Record<AlarmPriority, Set<string>>> = {
    critical: new Set(),
    high: new Set(),
    medium: new Set(),
    low: new Set(),
  };
  #running = 0;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  add(deliveryId: string, urgency: AlarmPriority): void {
    this.#waiting[urgency].add(deliveryId);
  }

  /** False where it was not waiting. */
  remove(deliveryId: string, urgency: AlarmPriority): boolean {
    return this.#waiting[urgency].delete(deliveryId);
  }

  /** The next, with a place taken for it; null where there is none or no place. Give the place back with `release`. */
  take(): string | null {
    if (this.#running >= this.#concurrency) return null;
    for (const urgency of alarmPriorities) {
      const [first] = this.#waiting[urgency];
      if (first === undefined) continue;
      this.#waiting[urgency].delete(first);
      this.#running += 1;
      return first;
    }
    return null;
  }

  release(): void {
    this.#running -= 1;
  }
}
