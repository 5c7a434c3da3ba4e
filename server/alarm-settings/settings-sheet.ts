// Alarm settings as a sheet for Excel, and a sheet that comes back as what it wants changed.
import { type AlarmSettingsPatch, settingsOf } from '../../domain/alarm-settings/alarm-settings.ts';
import {
  compareSheet,
  readSheetRecords,
  type SheetConflict,
  type SheetProblem,
  type SheetRecord,
} from '../../domain/alarm-settings/compare-sheet.ts';
import type { AlarmSettingsTable } from '../../domain/alarm-settings/settings-history.ts';
import { alarmsInReadingOrder, type SheetCell, sheetColumns, stampColumn, stampOf } from '../../domain/alarm-settings/sheet-columns.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { SheetFormat, SheetOrder } from '../sheet/sheet-content.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';
import { type MaySeeStation, stationIdOfAlarm } from './alarm-settings-views.ts';
import { inSlices } from './in-slices.ts';

export function settingsSheet(book: AlarmSettingsBook, format: SheetFormat, language: Language, maySee: MaySeeStation): SheetOrder {
  const { plant, version } = book;
  const context = { language, management: plant.alarmManagement };
  const stamp = stampOf(version.number, version.digest);
  const alarms = alarmsInReadingOrder(plant).filter((alarm) => maySee(plant.stations[alarm.stationIndex]?.id ?? ''));
  return {
    format,
    name: language === 'zh' ? '报警设置' : 'Alarm settings',
    columns: sheetColumns.map(({ heading, width, kind }) => ({ heading: heading[language], width, isInformation: kind === 'information' })),
    rows: alarms.map((alarm) => {
      const settings = settingsOf(alarm);
      return sheetColumns.map((column) => {
        if (column === stampColumn) return stamp;
        return column.kind === 'information' ? column.cellOf(alarm, plant, language) : column.write(settings, context);
      });
    }),
  };
}

export interface SheetWish {
  readonly wanted: ReadonlyMap<string, AlarmSettingsPatch>;
  readonly conflicts: readonly SheetConflict[];
  /** Not empty: the sheet is not taken. */
  readonly problems: readonly SheetProblem[];
  readonly rowCount: number;
}

export async function readSettingsSheet(
  book: AlarmSettingsBook,
  rows: readonly (readonly SheetCell[])[],
  maySee: MaySeeStation,
): Promise<SheetWish> {
  const { records, problems } = readSheetRecords(rows);
  if (problems.length > 0) return { wanted: new Map(), conflicts: [], problems, rowCount: records.length };
  for (;;) {
    const { version } = book;
    const compared = await compareInSlices(book, records, maySee);
    // An approval came in between: what was compared is no longer what is in force.
    if (book.version === version) return { ...compared, rowCount: records.length };
  }
}

async function compareInSlices(
  book: AlarmSettingsBook,
  records: readonly SheetRecord[],
  maySee: MaySeeStation,
): Promise<Omit<SheetWish, 'rowCount'>> {
  const tables = new Map<number, AlarmSettingsTable>();
  for (const { stamp } of records) {
    const version = book.log.find(stamp.version);
    if (version === null || !version.digest.startsWith(stamp.digest) || tables.has(version.number)) continue;
    tables.set(version.number, await book.log.settingsOf(version.number));
  }
  const plant = visiblePlant(book.plant, maySee);
  const wanted = new Map<string, AlarmSettingsPatch>();
  const conflicts: SheetConflict[] = [];
  const problems: SheetProblem[] = [];
  await inSlices(records, (slice) => {
    const compared = compareSheet(slice, plant, ({ version, digest }) =>
      book.log.find(version)?.digest.startsWith(digest) === true ? (tables.get(version) ?? null) : null,
    );
    for (const [alarmId, patch] of compared.changes) wanted.set(alarmId, patch);
    conflicts.push(...compared.conflicts);
    problems.push(...compared.problems);
  });
  return { wanted, conflicts, problems };
}

/** An alarm of a station that the person may not see is unknown to him, in a sheet as well. */
function visiblePlant(plant: Plant, maySee: MaySeeStation): Plant {
  const alarmIndexById = new Map([...plant.alarmIndexById].filter(([alarmId]) => maySee(stationIdOfAlarm(plant, alarmId))));
  return { ...plant, alarmIndexById };
}
