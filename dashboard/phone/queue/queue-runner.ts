// Keeps sending while the page is open: at once when something is done, when the network or the screen comes back, and again after a growing while.
// One runner on the phone sends at a time, page or service worker.
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import { Observable } from '../../live/observable.ts';
import type { Exclusively } from './exclusively.ts';
import type { QueueContent, QueueStore } from './queue-store.ts';
import type { QueuedAction } from './queued-action.ts';
import type { HeldReason, Post } from './send-action.ts';
import { sendQueue } from './send-queue.ts';

export interface QueueState extends QueueContent {
  readonly isSending: boolean;
  readonly heldBy: HeldReason | null;
  /** The phone's disk cannot be read or written: nothing can be kept, which the person must know. */
  readonly isBroken: boolean;
}

const firstRetryMs = 2_000;
const longestRetryMs = 60_000;

export class QueueRunner {
  readonly state = new Observable<QueueState>({ kept: [], unreadable: [], isSending: false, heldBy: null, isBroken: false });
  readonly #store: QueueStore;
  readonly #post: Post;
  readonly #clock: Clock;
  readonly #exclusively: Exclusively;
  readonly #onSignedOut: () => void;
  readonly #onHeld: () => void;
  #username: string | null = null;
  #retry: TimerHandle | null = null;
  #nextRetryMs = firstRetryMs;
  #isRunning = false;
  #isWanted = false;

  constructor(options: {
    readonly store: QueueStore;
    readonly post: Post;
    readonly clock: Clock;
    readonly exclusively: Exclusively;
    readonly onSignedOut: () => void;
    /** Something stays on the phone for now: a chance to ask the system for help. */
    readonly onHeld: () => void;
  }) {
    this.#store = options.store;
    this.#post = options.post;
    this.#clock = options.clock;
    this.#exclusively = options.exclusively;
    this.#onSignedOut = options.onSignedOut;
    this.#onHeld = options.onHeld;
  }

  /** Whose actions may be sent now; null while nobody is signed in. */
  setPerson(username: string | null): void {
    if (this.#username === username) return;
    this.#username = username;
    this.kick();
  }

  /** Resolves when it is on the phone's disk, rejects where it cannot be kept; sending goes on by itself. */
  async add(action: QueuedAction): Promise<void> {
    await this.#store.add(action);
    await this.refresh();
    this.kick();
  }

  /** The person has read why it was refused. */
  async dismiss(key: number): Promise<void> {
    await this.#store.remove(key);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const content = await this.#store.all();
      this.#set({ ...content, isBroken: false });
    } catch {
      this.#set({ isBroken: true });
    }
  }

  /** There is reason to believe that sending works now. */
  kick(): void {
    this.#nextRetryMs = firstRetryMs;
    this.#retry?.cancel();
    this.#retry = null;
    this.#isWanted = true;
    void this.#run();
  }

  stop(): void {
    this.#username = null;
    this.#retry?.cancel();
    this.#retry = null;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#runOnce();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #runOnce(): Promise<void> {
    const username = this.#username;
    await this.refresh();
    const { kept } = this.state.get();
    if (username === null || !kept.some(({ action }) => action.state.kind === 'waiting' && action.username === username)) {
      this.#set({ heldBy: null });
      return;
    }
    this.#set({ isSending: true });
    const run = await this.#exclusively(() =>
      sendQueue({ store: this.#store, post: this.#post, username, nowMs: () => this.#clock.nowMs() }),
    ).catch(() => null);
    this.#set({ isSending: false, heldBy: run?.kind === 'held' ? run.reason : null });
    await this.refresh();
    if (run?.kind === 'empty') return;
    if (run?.kind === 'held' && run.reason === 'signedOut') this.#onSignedOut();
    this.#onHeld();
    this.#retryLater(run?.kind === 'held' ? run.retryInMs : null);
  }

  #retryLater(askedForMs: number | null): void {
    if (this.#username === null) return;
    this.#retry?.cancel();
    this.#retry = this.#clock.after(Math.max(askedForMs ?? 0, this.#nextRetryMs), () => {
      this.#retry = null;
      this.#isWanted = true;
      void this.#run();
    });
    this.#nextRetryMs = Math.min(longestRetryMs, this.#nextRetryMs * 2);
  }

  #set(change: Partial<QueueState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
