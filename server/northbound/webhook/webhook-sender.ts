// One webhook: follows the journal from where its receiver has come, and POSTs what it wants, in order, at least once.
// It never skips: a receiver that refuses or is away holds the queue (which is the journal itself) until it accepts. It never delays anything else.
import type { NorthboundPart, WebhookBody } from '../../../domain/api/northbound-api.ts';
import type { JournalEntry } from '../../../domain/journal/journal-entry.ts';
import type { WebhookSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import { type Journal, readJournalAfter } from '../../journal/journal.ts';
import type { Ledger } from '../../journal/ledger.ts';
import { feedEvent, kindFilter } from '../feed/feed-events.ts';
import type { PartState } from '../part-state.ts';
import { readSecret } from '../read-secret.ts';
import { signBody } from './sign-body.ts';

export interface WebhookSenderOptions {
  readonly settings: WebhookSettings;
  readonly plant: Plant;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly state: PartState;
  /** 0 to 1, for the jitter of the back-off. */
  readonly random?: () => number;
}

type Outcome = { readonly kind: 'accepted' } | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs: number | null };

const eventsPerRequestMax = 100;
const linesPerLookMax = 500;
const firstBackOffMs = 1_000;
const longestBackOffMs = 300_000;
/** Lines that nobody wanted are looked at again after a restart; not many more than so many. */
const unsavedMax = 5_000;

export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #wants: (entry: JournalEntry) => boolean;
  #cursor = 0;
  #savedCursor = -1;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #stopListening: () => void = () => undefined;
  #wake: (() => void) | null = null;
  #endPause: (() => void) | null = null;
  #request: AbortController | null = null;
  #failuresInARow = 0;
  #sent = 0;
  #failures = 0;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    const isWantedKind = kindFilter(options.settings.kinds);
    const stations = options.settings.stationIds === null ? null : new Set(options.settings.stationIds);
    this.#wants = ({ kind, stationId }) => isWantedKind(kind) && (stations === null || (stationId !== null && stations.has(stationId)));
  }

  async start(): Promise<void> {
    const { ledger, journal, settings } = this.#options;
    const row = await ledger.database.selectFrom('webhook_cursor').select('sequence').where('name', '=', settings.name).executeTakeFirst();
    // A new webhook begins now: a receiver wants what happens, not years of it. The pull feed has the rest.
    this.#cursor = row?.sequence ?? journal.length;
    this.#savedCursor = row?.sequence ?? -1;
    await this.#save();
    this.#stopListening = ledger.onAppended(() => this.#wake?.());
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#request?.abort();
    this.#endPause?.();
    await this.#running;
    await this.#save();
  }

  status(): NorthboundPart {
    const { settings, journal, state } = this.#options;
    return {
      name: state.name,
      ...state.view(),
      endpoint: new URL(settings.url).origin,
      isInsecure: settings.isInsecure,
      clients: 0,
      pending: Math.max(0, journal.length - this.#cursor),
      sent: this.#sent,
      failures: this.#failures,
      dropped: 0,
    };
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const isCaughtUp = await this.#step();
        if (isCaughtUp) await this.#untilAppended();
      } catch (error) {
        // The database is not readable or not writable: the mark has not moved, so nothing is missed.
        this.#options.state.failing(`journal: ${(error as Error).message}`);
        await this.#pause(firstBackOffMs);
      }
    }
  }

  /** Sends the next events, or waits after a refusal. True where there is nothing more to look at. */
  async #step(): Promise<boolean> {
    const { ledger, journal, state } = this.#options;
    const lines = await readJournalAfter(ledger.database, {
      afterSequence: this.#cursor,
      throughSequence: journal.length,
      limit: linesPerLookMax,
    });
    const lastLine = lines.at(-1);
    if (lastLine === undefined) return true;
    const wanted = lines.filter(this.#wants);
    const batch = wanted.slice(0, eventsPerRequestMax);
    const lastSent = batch.at(-1);
    if (lastSent === undefined) {
      this.#cursor = lastLine.sequence;
      if (this.#cursor - this.#savedCursor > unsavedMax) await this.#save();
      return false;
    }
    const outcome = await this.#post(batch);
    if (outcome.kind === 'refused') {
      if (this.#isStopped) return false;
      this.#failures += 1;
      this.#failuresInARow += 1;
      state.failing(outcome.reason);
      await this.#pause(outcome.retryAfterMs ?? this.#backOffMs());
      return false;
    }
    this.#failuresInARow = 0;
    this.#sent += batch.length;
    this.#cursor = batch.length < wanted.length ? lastSent.sequence : lastLine.sequence;
    state.running();
    await this.#save();
    return false;
  }

  async #post(batch: readonly JournalEntry[]): Promise<Outcome> {
    const { settings, plant, clock } = this.#options;
    const content: WebhookBody = {
      schema: 1,
      plant: plant.company.id,
      webhook: settings.name,
      events: batch.map((entry) => feedEvent(plant, entry)),
    };
    const body = JSON.stringify(content);
    const request = new AbortController();
    this.#request = request;
    const deadline = clock.after(settings.timeoutMs, () => request.abort());
    try {
      const secret = await readSecret(settings.secret);
      const response = await fetch(settings.url, {
        method: 'POST',
        body,
        // A redirect could lead the events to somebody else.
        redirect: 'manual',
        signal: request.signal,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Gatewatch',
          'x-gatewatch-signature': signBody(body, secret, clock.nowMs()),
        },
      });
      // What a receiver answers is of no interest, and must not be able to fill the memory.
      await response.body?.cancel();
      if (response.ok) return { kind: 'accepted' };
      return { kind: 'refused', reason: `answered ${response.status}`, retryAfterMs: retryAfterMsOf(response, clock.nowMs()) };
    } catch (error) {
      return { kind: 'refused', reason: request.signal.aborted ? 'timeout' : reasonOf(error as Error), retryAfterMs: null };
    } finally {
      deadline.cancel();
      this.#request = null;
    }
  }

  async #save(): Promise<void> {
    if (this.#savedCursor === this.#cursor) return;
    const { ledger, settings } = this.#options;
    const row = { name: settings.name, sequence: this.#cursor };
    await ledger.commit([], async (transaction) => {
      await transaction
        .insertInto('webhook_cursor')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ sequence: row.sequence }))
        .execute();
    });
    this.#savedCursor = row.sequence;
  }

  #backOffMs(): number {
    const ceilingMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(20, this.#failuresInARow - 1));
    return ceilingMs / 2 + (this.#options.random ?? Math.random)() * (ceilingMs / 2);
  }

  #untilAppended(): Promise<void> {
    if (this.#isStopped || this.#options.journal.length > this.#cursor) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#wake = null;
        this.#endPause = null;
        resolve();
      };
      this.#wake = done;
      this.#endPause = done;
    });
  }

  /** New lines do not shorten it. */
  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#endPause = null;
        resolve();
      };
      const timer = this.#options.clock.after(ms, done);
      this.#endPause = done;
    });
  }
}

function retryAfterMsOf(response: Response, nowMs: number): number | null {
  const text = response.headers.get('retry-after');
  if (text === null) return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, longestBackOffMs) : null;
}

/** `fetch` wraps what happened; the code says it best. */
function reasonOf(error: Error): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : error.message;
}
