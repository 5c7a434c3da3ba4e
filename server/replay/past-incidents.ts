// Incidents as they were at a past moment, from their events as the server received them. Writes nothing.
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { replay } from '../../domain/incidents/incident-record.ts';
import type { IncidentStore } from '../incidents/incident-store.ts';

/** A close may be stated for a moment before it was received; this is how far back (incident rules). */
const statedBeforeMs = 24 * 3_600_000;

interface Span {
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
}

export class PastIncidents {
  readonly #store: IncidentStore;
  /** Of every incident that ever was; read once, at the first question. */
  #spans: Promise<Map<string, Span>> | null = null;
  readonly #stopListening: () => void;

  constructor(store: IncidentStore) {
    this.#store = store;
    this.#stopListening = store.onChange((changes) => {
      const loading = this.#spans;
      if (loading === null) return;
      const note = (spans: Map<string, Span>): void => {
        for (const { record } of changes) spans.set(record.id, spanOf(record));
      };
      // One that failed is read anew at the next question.
      loading.then(note, () => undefined);
    });
  }

  stop(): void {
    this.#stopListening();
  }

  /** Null where it had not been opened yet. */
  async recordAt(id: string, atMs: number): Promise<IncidentRecord | null> {
    const events = (await this.#store.events(id)).filter(({ event }) => event.receivedAtMs <= atMs);
    return replay(
      id,
      events.map(({ event }) => event),
    );
  }

  /** Not closed at that moment. */
  async openAt(atMs: number): Promise<readonly IncidentRecord[]> {
    const open: IncidentRecord[] = [];
    for (const [id, { openedAtMs, closedAtMs }] of await this.#loaded()) {
      if (openedAtMs > atMs || (closedAtMs !== null && closedAtMs + statedBeforeMs < atMs)) continue;
      const record = await this.recordAt(id, atMs);
      if (record !== null && record.closed === null) open.push(record);
    }
    return open;
  }

  /** Opened in `[fromMs, toMs)`, for the scrub bar. */
  async openedIn(fromMs: number, toMs: number): Promise<readonly string[]> {
    const spans = await this.#loaded();
    return [...spans].filter(([, { openedAtMs }]) => openedAtMs >= fromMs && openedAtMs < toMs).map(([id]) => id);
  }

  #loaded(): Promise<Map<string, Span>> {
    if (this.#spans === null) {
      this.#spans = this.#load();
      this.#spans.catch(() => {
        this.#spans = null;
      });
    }
    return this.#spans;
  }

  async #load(): Promise<Map<string, Span>> {
    const spans = new Map<string, Span>();
    const rows = await this.#store.database.selectFrom('incident').select('record').orderBy('number').execute();
    for (const row of rows) {
      const record = JSON.parse(row.record) as IncidentRecord;
      spans.set(record.id, spanOf(record));
    }
    return spans;
  }
}

function spanOf(record: IncidentRecord): Span {
  return { openedAtMs: record.openedAtMs, closedAtMs: record.closed?.atMs ?? null };
}
