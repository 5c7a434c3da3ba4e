// Rebuilds the alarms of any past moment: nearest keyframe, then the journal's lines up to there. The last few are kept, because who plays asks for the next
// stretch and who scrubs for the same one.
import { setImmediate } from 'node:timers/promises';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { alarmLineOf } from '../alarms/alarm-line.ts';
import { AlarmMarks } from '../alarms/alarm-marks.ts';
import { replayEntry } from '../alarms/replay-journal.ts';
import { sourceOf } from '../alarms/start-marks.ts';
import type { Database } from '../journal/database.ts';
import { fromRow, readJournalAfter } from '../journal/journal.ts';
import { lastSequenceBefore } from '../journal/walk-journal.ts';
import { alarmLineKinds, type Keyframes } from './keyframes.ts';
import { PastAlarms } from './past-alarms.ts';
import type { PastSettings } from './past-settings.ts';

const keptMoments = 4;
/** Marks look back as far as MK10 lets them, but over so many raises and clears at most. */
const markLookBackMs = 7 * 24 * 3_600_000;
const markLinesMax = 3_000;
const pageLines = 1_000;

export class PastMoments {
  readonly #plant: Plant;
  readonly #database: Database;
  readonly #keyframes: Keyframes;
  readonly #settings: Pick<PastSettings, 'versionAt' | 'alarmsOf'>;
  /** Taken out while somebody moves it forward. */
  readonly #kept = new Map<number, PastAlarms>();

  constructor(options: {
    readonly plant: Plant;
    readonly database: Database;
    readonly keyframes: Keyframes;
    readonly settings: Pick<PastSettings, 'versionAt' | 'alarmsOf'>;
  }) {
    this.#plant = options.plant;
    this.#database = options.database;
    this.#keyframes = options.keyframes;
    this.#settings = options.settings;
  }

  /** The last line that the server had written at that moment: what people saw then followed from it. */
  sequenceAt(atMs: number): Promise<number> {
    return lastSequenceBefore(this.#database, atMs + 1);
  }

  /** `wantedSequence`: after this line, whatever was written since for that moment. */
  async at(atMs: number, wantedSequence: number | null = null): Promise<PastAlarms> {
    const sequence = wantedSequence ?? (await this.sequenceAt(atMs));
    const kept = this.#kept.get(sequence);
    this.#kept.delete(sequence);
    const past = kept ?? (await this.#rebuild(sequence, atMs));
    past.moveTo(atMs);
    await this.putSettings(past, atMs);
    return past;
  }

  /** For the next who asks for this moment. */
  keep(past: PastAlarms): void {
    this.#kept.set(past.sequence, past);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > keptMoments) this.#kept.delete(oldest);
  }

  /** True where other settings came into force. */
  async putSettings(past: PastAlarms, atMs: number): Promise<boolean> {
    const version = this.#settings.versionAt(atMs);
    const isOther = past.settingsVersion !== version;
    past.putSettings(version, await this.#settings.alarmsOf(version));
    return isOther;
  }

  /** Lines after `sequence` up to `throughSequence`, in pages; between them the server does its other work. */
  async *lines(sequence: number, throughSequence: number, kinds?: readonly string[]): AsyncGenerator<readonly JournalEntry[]> {
    let afterSequence = sequence;
    for (;;) {
      const page = await readJournalAfter(this.#database, {
        afterSequence,
        throughSequence,
        limit: pageLines,
        ...(kinds === undefined ? {} : { kinds }),
      });
      if (page.length > 0) yield page;
      if (page.length < pageLines) return;
      afterSequence = page.at(-1)?.sequence ?? throughSequence;
      await setImmediate();
    }
  }

  async #rebuild(sequence: number, atMs: number): Promise<PastAlarms> {
    const keyframe = await this.#keyframes.before(sequence);
    const { records } = keyframe;
    for await (const page of this.lines(keyframe.sequence, sequence, alarmLineKinds))
      for (const entry of page) replayEntry(records, entry, this.#plant);
    return new PastAlarms({ plant: this.#plant, records, marks: await this.#marks(sequence, atMs), sequence, atMs });
  }

  async #marks(sequence: number, atMs: number): Promise<AlarmMarks> {
    const marks = new AlarmMarks((alarmId) => sourceOf(this.#plant, alarmId));
    const rows = await this.#database
      .selectFrom('journal')
      .selectAll()
      .where('kind', 'in', ['alarm.raise', 'alarm.clear'])
      .where('sequence', '<=', sequence)
      .where('sequence', '>', await lastSequenceBefore(this.#database, atMs - markLookBackMs))
      .orderBy('sequence', 'desc')
      .limit(markLinesMax)
      .execute();
    for (const row of rows.toReversed()) {
      const line = alarmLineOf(fromRow(row));
      if (line !== null) marks.note(line);
    }
    return marks;
  }
}
