// Every refusal reaches the journal: the first ones of a minute each with a line, the rest of that minute as one line for each source with their number. So a
// refused request cannot be hidden, and thousands of them cannot fill the journal.
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';

const linesAMinute = { person: 300, system: 30 } as const;
const sourcesMax = 1_000;
const minuteMs = 60_000;

export interface Refusal {
  readonly actor: JournalActor;
  readonly from: string | null;
  readonly what: string;
  /** More than one where they are told together. */
  readonly count: number;
}

interface Source {
  readonly actor: JournalActor;
  readonly from: string | null;
  lines: number;
  untold: number;
}

export class RefusalAudit {
  readonly #clock: Clock;
  readonly #tell: (refusal: Refusal) => Promise<void>;
  readonly #sources = new Map<string, Source>();
  #timer: TimerHandle | null = null;

  constructor(clock: Clock, tell: (refusal: Refusal) => Promise<void>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Resolves when it is written, or counted for the end of the minute. */
  async note({ actor, from, what }: Omit<Refusal, 'count'>): Promise<void> {
    this.#timer ??= this.#clock.after(minuteMs, () => void this.stop().catch(() => undefined));
    const source = this.#sourceOf(actor, from);
    if (source.lines >= linesAMinute[actor.kind]) {
      source.untold += 1;
      return;
    }
    source.lines += 1;
    await this.#tell({ actor, from, what, count: 1 });
  }

  /** Tells what is not told yet: at the end of each minute, and of the server. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    for (const { actor, from, untold } of sources)
      if (untold > 0) await this.#tell({ actor, from, what: 'more requests of the same minute', count: untold });
  }

  #sourceOf(actor: JournalActor, from: string | null): Source {
    const wanted = actor.kind === 'person' ? `person ${actor.username}` : `${actor.part} ${from ?? ''}`;
    const isFull = this.#sources.size >= sourcesMax && !this.#sources.has(wanted);
    // So many addresses at once are one attack, and told as one.
    const key = isFull ? 'others' : wanted;
    const source = this.#sources.get(key) ?? (isFull ? newSource({ kind: 'system', part: 'server' }, null) : newSource(actor, from));
    this.#sources.set(key, source);
    return source;
  }
}

function newSource(actor: JournalActor, from: string | null): Source {
  return { actor, from, lines: 0, untold: 0 };
}
