// Keeps sending while the page is open: at once when something is done, when the network or the screen comes back, and again after a growing while.
import type { Clock } from '../../../domain/time/clock.ts';
import { Observable } from '../../live/observable.ts';
import type { Exclusively } from './exclusively.ts';
import { LaneRunner } from './lane-runner.ts';
import type { QueueContent, QueueStore } from './queue-store.ts';
import type { QueuedAction } from './queued-action.ts';
import type { HeldReason, Post } from './send-action.ts';
import { type Lane, laneOf, lanes, type QueueRun, sendQueue } from './send-queue.ts';

export interface QueueState extends QueueContent {
  readonly isSending: boolean;
  readonly heldBy: HeldReason | null;
  /** The phone's disk cannot be read or written: nothing can be kept, which the person must know. */
  readonly isBroken: boolean;
}

export interface QueueRunnerOptions {
  readonly store: QueueStore;
  readonly post: Post;
  readonly clock: Clock;
  readonly exclusively: Exclusively;
  readonly onSignedOut: () => void;
  readonly onAnswered: (action: QueuedAction, body: unknown) => void;
  /** Something stays on the phone for now: a chance to ask the system for help. */
  readonly onHeld: () => void;
}

export class QueueRunner {
  readonly state = new Observable<QueueState>({ kept: [], unreadable: [], isSending: false, heldBy: null, isBroken: false });
  readonly #options: QueueRunnerOptions;
  readonly #lanes: readonly LaneRunner[];
  #username: string | null = null;

  constructor(options: QueueRunnerOptions) {
    this.#options = options;
    this.#lanes = lanes.map(
      (lane) => new LaneRunner({ clock: options.clock, work: () => this.#send(lane), onChange: () => this.#showLanes() }),
    );
  }

  /** Whose actions may be sent now; null while nobody is signed in. */
  setPerson(username: string | null): void {
    if (this.#username === username) return;
    this.#username = username;
    this.kick();
  }

  /** Resolves when it is on the phone's disk, rejects where it cannot be kept; sending goes on by itself. */
  async add(action: QueuedAction): Promise<void> {
    await this.#options.store.add(action);
    await this.refresh();
    this.kick();
  }

  /** The person has read what became of it. */
  async dismiss(key: number): Promise<void> {
    await this.#options.store.remove(key);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const content = await this.#options.store.all();
      this.#set({ ...content, isBroken: false });
    } catch {
      this.#set({ isBroken: true });
    }
  }

  /** There is reason to believe that sending works now. */
  kick(): void {
    for (const lane of this.#lanes) lane.kick();
  }

  stop(): void {
    this.#username = null;
    for (const lane of this.#lanes) lane.stop();
  }

  async #send(lane: Lane): Promise<QueueRun | null> {
    const { store, post, clock, exclusively, onHeld, onSignedOut, onAnswered } = this.#options;
    const username = this.#username;
    await this.refresh();
    const isWaiting = this.state
      .get()
      .kept.some(({ action }) => action.state.kind === 'waiting' && action.username === username && laneOf(action) === lane);
    if (username === null || !isWaiting) return { kind: 'empty' };
    const run = await exclusively(lane, () => sendQueue({ store, lane, post, username, nowMs: () => clock.nowMs(), onAnswered }));
    await this.refresh();
    if (run?.kind === 'held') {
      onHeld();
      if (run.reason === 'signedOut') onSignedOut();
    }
    return run;
  }

  #showLanes(): void {
    this.#set({
      isSending: this.#lanes.some((lane) => lane.isSending),
      heldBy: this.#lanes.map((lane) => lane.heldBy).find((reason) => reason !== null) ?? null,
    });
  }

  #set(change: Partial<QueueState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
