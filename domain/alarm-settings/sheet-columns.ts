// The columns of an alarm settings sheet: headings in both languages, what stands in a cell, and what a cell that a person typed means.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import { alarmClasses } from '../alarms/priority.ts';
import type { Plant } from '../plant/plant.ts';
import { type Language, type LocalizedText, languages } from '../text/localized-text.ts';
import { type AlarmSettingField, type AlarmSettings, fieldsOf, settingPriorities } from './alarm-settings.ts';
import type { AlarmManagement } from './priority-matrix.ts';
import { classWords, fieldWords, kindWords, noWords, priorityWords, yesWords } from './setting-words.ts';

export type SheetCell = string | number | boolean | null;

/** What a cell means, or why it means nothing. */
export type ParsedCell = { readonly kind: 'value'; readonly value: SheetCell } | { readonly kind: 'bad'; readonly message: LocalizedText };

interface Column {
  readonly key: string;
  readonly heading: LocalizedText;
  /** Width in characters. */
  readonly width: number;
}
/** To read; what is typed there is not taken. */
export interface InformationColumn extends Column {
  readonly kind: 'information';
  readonly cellOf: (alarm: AlarmDefinition, plant: Plant, language: Language) => SheetCell;
}
/** One setting, or one language of it. */
export interface SettingColumn extends Column {
  readonly kind: 'setting';
  readonly field: AlarmSettingField;
  readonly language: Language | null;
  readonly write: (settings: AlarmSettings, context: CellContext) => SheetCell;
  readonly read: (cell: SheetCell, context: CellContext) => ParsedCell;
}
export type SheetColumn = InformationColumn | SettingColumn;

export interface CellContext {
  readonly language: Language;
  readonly management: AlarmManagement;
}

const value = (found: SheetCell): ParsedCell => ({ kind: 'value', value: found });
const bad = (zh: string, en: string): ParsedCell => ({ kind: 'bad', message: { zh, en } });
/** As Excel and people leave it: full-width digits, spaces around, Windows line ends. */
const tidy = (cell: SheetCell): SheetCell => {
  if (typeof cell !== 'string') return cell;
  const text = cell.replaceAll('\r\n', '\n').replaceAll('\r', '\n').trim();
  return text === '' ? null : text;
};

function readNumber(cell: SheetCell, factor: number): ParsedCell {
  const tidied = tidy(cell);
  if (tidied === null) return value(null);
  const text = typeof tidied === 'string' ? tidied.normalize('NFKC') : tidied;
  const number = typeof text === 'string' && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
  if (typeof number !== 'number' || !Number.isFinite(number)) return bad(`“${String(cell)}”不是数字`, `“${String(cell)}” is not a number`);
  return value(factor === 1 ? number : roundToMicro(number * factor));
}

/** Milliseconds as typed in seconds or minutes, without the dust of binary fractions. */
function roundToMicro(number: number): number {
  return Math.round(number * 1e6) / 1e6;
}

function numberColumn(field: 'setpoint' | 'deadband', width: number): SettingColumn {
  return {
    kind: 'setting',
    key: field,
    field,
    language: null,
    heading: fieldWords[field],
    width,
    write: (settings) => settings[field],
    read: (cell) => readNumber(cell, 1),
  };
}

type DurationField = 'afterMs' | 'windowMs' | 'onDelayMs' | 'offDelayMs' | 'responseTimeMs';
const durationUnits = {
  second: { ms: 1_000, zh: '秒', en: 's' },
  minute: { ms: 60_000, zh: '分钟', en: 'min' },
} as const;

function durationColumn(field: DurationField, unit: keyof typeof durationUnits): SettingColumn {
  const { ms, zh, en } = durationUnits[unit];
  return {
    kind: 'setting',
    key: field.replace(/Ms$/, ''),
    field,
    language: null,
    heading: { zh: `${fieldWords[field].zh}（${zh}）`, en: `${fieldWords[field].en} (${en})` },
    width: 12,
    write: (settings) => {
      const found = settings[field];
      return found === null ? null : roundToMicro(found / ms);
    },
    read: (cell) => readNumber(cell, ms),
  };
}

interface Choice {
  readonly id: string;
  readonly name: LocalizedText;
}

function choiceColumn(
  field: 'priority' | 'class' | 'consequenceClassId' | 'isLatching',
  choicesOf: (management: AlarmManagement) => readonly Choice[],
): SettingColumn {
  return {
    kind: 'setting',
    key: field,
    field,
    language: null,
    heading: fieldWords[field],
    width: 12,
    write: (settings, { language, management }) => {
      const found = settings[field];
      if (found === null) return null;
      return choicesOf(management).find(({ id }) => id === String(found))?.name[language] ?? String(found);
    },
    read: (cell, { management }) => {
      const tidied = tidy(cell);
      if (tidied === null) return value(null);
      const wanted = String(tidied).toLowerCase();
      const choices = choicesOf(management);
      const found = choices.find(({ id, name }) => [id, name.zh, name.en].some((word) => word.toLowerCase() === wanted));
      if (found !== undefined) return value(found.id);
      const list = (language: Language) => choices.map(({ name }) => name[language]).join(language === 'zh' ? '、' : ', ');
      return bad(`没有“${String(tidied)}”：可填 ${list('zh')}`, `“${String(tidied)}” is none of ${list('en')}`);
    },
  };
}

type TextField = 'message' | 'cause' | 'consequence' | 'response';
const longestText = 2_000;
const languageNames: Readonly<Record<Language, LocalizedText>> = { zh: { zh: '中文', en: 'Chinese' }, en: { zh: '英文', en: 'English' } };

function textColumn(field: TextField, language: Language): SettingColumn {
  const name = languageNames[language];
  return {
    kind: 'setting',
    key: `${field}.${language}`,
    field,
    language,
    heading: { zh: `${fieldWords[field].zh}（${name.zh}）`, en: `${fieldWords[field].en} (${name.en})` },
    width: 28,
    write: (settings) => tidy(settings[field]?.[language] ?? null),
    read: (cell) => {
      const tidied = tidy(cell);
      if (tidied === null) return value(null);
      const text = String(tidied);
      return text.length > longestText
        ? bad(`文字超过 ${longestText} 个字符`, `the text is longer than ${longestText} characters`)
        : value(text);
    },
  };
}

function information(key: string, heading: LocalizedText, width: number, cellOf: InformationColumn['cellOf']): InformationColumn {
  return { kind: 'information', key, heading, width, cellOf };
}

/** Unit of setpoint and deadband. */
export function settingUnitOf(alarm: AlarmDefinition, plant: Plant): string {
  const point = alarm.kind === 'vote' ? plant.points[alarm.memberPointIndexes[0] ?? -1] : plant.points[alarm.pointIndex ?? -1];
  const unit = point?.unit ?? '';
  return fieldsOf(alarm).includes('setpoint') ? (alarm.kind === 'rateOfChange' ? `${unit}/min` : unit) : '';
}

/** As people read them: station by station, the alarms of a point together, those of devices and of the station after them. */
export function alarmsInReadingOrder(plant: Plant): readonly AlarmDefinition[] {
  const place = ({ pointIndex, deviceIndex }: AlarmDefinition) => pointIndex ?? plant.points.length + (deviceIndex ?? plant.devices.length);
  return plant.alarms.toSorted((a, b) => a.stationIndex - b.stationIndex || place(a) - place(b) || a.index - b.index);
}

export const alarmIdColumn = information('alarmId', { zh: '报警编号', en: 'Alarm id' }, 30, (alarm) => alarm.id);
/** The version that a row was written from; filled in by the writer. */
export const stampColumn = information('stamp', { zh: '设置版本', en: 'Settings version' }, 16, () => null);

export const sheetColumns: readonly SheetColumn[] = [
  alarmIdColumn,
  stampColumn,
  information(
    'station',
    { zh: '场站', en: 'Station' },
    18,
    (alarm, plant, language) => plant.stations[alarm.stationIndex]?.name[language] ?? '',
  ),
  information('name', { zh: '测点或设备', en: 'Point or device' }, 24, (alarm, plant, language) => {
    const point = plant.points[alarm.pointIndex ?? -1];
    const device = plant.devices[alarm.deviceIndex ?? -1];
    return point?.name[language] ?? device?.name[language] ?? '';
  }),
  information('kind', { zh: '报警方式', en: 'Kind' }, 14, (alarm, _plant, language) => kindWords[alarm.kind][language]),
  information('unit', { zh: '单位', en: 'Unit' }, 10, settingUnitOf),
  information(
    'rangeMin',
    { zh: '量程下限', en: 'Range from' },
    10,
    (alarm, plant) => plant.points[alarm.pointIndex ?? -1]?.range?.min ?? null,
  ),
  information(
    'rangeMax',
    { zh: '量程上限', en: 'Range to' },
    10,
    (alarm, plant) => plant.points[alarm.pointIndex ?? -1]?.range?.max ?? null,
  ),
  numberColumn('setpoint', 12),
  numberColumn('deadband', 12),
  durationColumn('onDelayMs', 'second'),
  durationColumn('offDelayMs', 'second'),
  durationColumn('afterMs', 'second'),
  durationColumn('windowMs', 'second'),
  choiceColumn('isLatching', () => [
    { id: 'true', name: yesWords },
    { id: 'false', name: noWords },
  ]),
  choiceColumn('priority', () => settingPriorities.map((id) => ({ id, name: priorityWords[id] }))),
  choiceColumn('class', () => alarmClasses.map((id) => ({ id, name: classWords[id] }))),
  choiceColumn('consequenceClassId', (management) => management.consequenceClasses),
  durationColumn('responseTimeMs', 'minute'),
  ...(['message', 'cause', 'consequence', 'response'] as const).flatMap((field) =>
    languages.map((language) => textColumn(field, language)),
  ),
];

export const settingColumns: readonly SettingColumn[] = sheetColumns.filter((column) => column.kind === 'setting');

/** By its heading in either language. */
export function columnOfHeading(cell: SheetCell): SheetColumn | null {
  const heading = String(tidy(cell) ?? '').toLowerCase();
  return sheetColumns.find(({ heading: { zh, en } }) => [zh, en].some((word) => word.toLowerCase() === heading)) ?? null;
}

/** The version stamp of a row: number, and the first digits of the digest, so that a sheet of another plant is known. */
export function stampOf(version: number, digest: string): string {
  return `v${version}-${digest.slice(0, 8)}`;
}

export function parseStamp(cell: SheetCell): { readonly version: number; readonly digest: string } | null {
  const match = /^v(\d{1,9})-([0-9a-f]{8})$/.exec(String(tidy(cell) ?? ''));
  return match === null ? null : { version: Number(match[1]), digest: match[2] ?? '' };
}
