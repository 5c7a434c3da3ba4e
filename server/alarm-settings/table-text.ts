// The settings table as the text of an answer. Rows and findings are written once a version, in slices, and put together station by station for whoever asks:
// a table of ten thousand alarms is several megabytes, and must not hold up an alarm each time that somebody opens it.
import { alarmsInReadingOrder } from '../../domain/alarm-settings/sheet-columns.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';
import { type MaySeeStation, rowView, stationIdOfAlarm, tableHead } from './alarm-settings-views.ts';
import type { CollectorSettings } from './collector-settings.ts';
import { inSlices } from './in-slices.ts';
import type { SettingsVersion } from './version-log.ts';

interface Parts {
  /** By station, in reading order. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly findings: ReadonlyMap<string, readonly string[]>;
  readonly findingsOfPlant: readonly string[];
}

export class SettingsTableText {
  readonly #book: AlarmSettingsBook;
  readonly #collectors: CollectorSettings;
  #made: { readonly version: SettingsVersion; readonly parts: Promise<Parts> } | null = null;

  constructor(book: AlarmSettingsBook, collectors: CollectorSettings) {
    this.#book = book;
    this.#collectors = collectors;
  }

  /** JSON of an AlarmSettingsTableView. */
  async textFor(maySee: MaySeeStation): Promise<string> {
    const { rows, findings, findingsOfPlant } = await this.#parts();
    const seen = (parts: ReadonlyMap<string, readonly string[]>) =>
      [...parts].flatMap(([stationId, texts]) => (maySee(stationId) ? texts : [])).join(',');
    const found = [seen(findings), ...findingsOfPlant].filter((text) => text !== '').join(',');
    const head = JSON.stringify(tableHead(this.#book, this.#collectors, maySee));
    return `${head.slice(0, -1)},"rows":[${seen(rows)}],"findings":[${found}]}`;
  }

  /** Of the version in force when it returns: one that was overtaken while it was written is written anew. */
  async #parts(): Promise<Parts> {
    for (;;) {
      const { version } = this.#book;
      if (this.#made?.version !== version) this.#made = { version, parts: this.#write() };
      const parts = await this.#made.parts;
      if (this.#book.version === version) return parts;
    }
  }

  async #write(): Promise<Parts> {
    const { plant } = this.#book;
    const rows = new Map<string, string[]>();
    await inSlices(alarmsInReadingOrder(plant), (slice) => {
      for (const alarm of slice) add(rows, plant.stations[alarm.stationIndex]?.id ?? '', JSON.stringify(rowView(this.#book, alarm)));
    });
    const findings = new Map<string, string[]>();
    const findingsOfPlant: string[] = [];
    await inSlices(this.#book.findings, (slice) => {
      for (const finding of slice) {
        const text = JSON.stringify(finding);
        if (finding.alarmId === null) findingsOfPlant.push(text);
        else add(findings, stationIdOfAlarm(plant, finding.alarmId), text);
      }
    });
    return { rows, findings, findingsOfPlant };
  }
}

function add(parts: Map<string, string[]>, stationId: string, text: string): void {
  const texts = parts.get(stationId);
  if (texts === undefined) parts.set(stationId, [text]);
  else texts.push(text);
}
