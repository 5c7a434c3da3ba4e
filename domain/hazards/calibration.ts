// Calibrations of instruments: which points need one, how each stands on a day, and a sheet of calibrations that comes in. Pure.
import type { SheetCell } from '../alarm-settings/sheet-columns.ts';
import type { Point } from '../plant/plant.ts';
import type { PointRole } from '../plant/plant-kinds.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import { daysBetween } from '../time/calendar-date.ts';
import { columnLetter, placesOfHeadings, readDate, readText, type SheetProblem, textOf } from './sheet-cells.ts';

export interface Calibration {
  readonly pointId: string;
  readonly calibratedOn: string;
  /** The last day on which it is in date. */
  readonly dueOn: string;
  readonly certificate: string;
}

/** `unknown`: nobody has entered one; never shown as in date. */
export const calibrationStandings = ['overdue', 'unknown', 'dueSoon', 'inDate'] as const;
export type CalibrationStanding = (typeof calibrationStandings)[number];

export const dueSoonDays = 30;

const measuringRoles: ReadonlySet<PointRole> = new Set([
  'inletPressure',
  'outletPressure',
  'pressure',
  'filterDifferentialPressure',
  'gasTemperature',
  'temperature',
  'flow',
  'odorantRate',
  'odorantLevel',
  'gasDetector',
  'tankPressure',
  'tankLevel',
  'tankTemperature',
  'compressorSuction',
  'compressorDischarge',
  'vaporiserTemperature',
  'dispenserPressure',
  'dispenserFlow',
  'oilPressure',
]);

export function needsCalibration({ kind, role }: Pick<Point, 'kind' | 'role'>): boolean {
  return kind === 'analog' && measuringRoles.has(role);
}

/** The newest calibration made by that day. */
export function latestOn(calibrations: readonly Calibration[], day: string): Calibration | null {
  return (
    calibrations.filter(({ calibratedOn }) => calibratedOn <= day).toSorted((a, b) => b.calibratedOn.localeCompare(a.calibratedOn))[0] ??
    null
  );
}

export function calibrationStanding(latest: Calibration | null, day: string): CalibrationStanding {
  if (latest === null) return 'unknown';
  if (latest.dueOn < day) return 'overdue';
  return daysBetween(day, latest.dueOn) < dueSoonDays ? 'dueSoon' : 'inDate';
}

export const calibrationColumns = [
  { key: 'pointId', heading: { zh: '测点编号', en: 'Point' }, width: 20, isNeeded: true, isInformation: false },
  { key: 'station', heading: { zh: '场站', en: 'Station' }, width: 18, isNeeded: false, isInformation: true },
  { key: 'name', heading: { zh: '仪表名称', en: 'Instrument' }, width: 24, isNeeded: false, isInformation: true },
  { key: 'calibratedOn', heading: { zh: '检定日期', en: 'Calibrated on' }, width: 12, isNeeded: true, isInformation: false },
  { key: 'dueOn', heading: { zh: '有效期至', en: 'Due on' }, width: 12, isNeeded: true, isInformation: false },
  { key: 'certificate', heading: { zh: '证书编号', en: 'Certificate' }, width: 20, isNeeded: false, isInformation: false },
  { key: 'standing', heading: { zh: '状态', en: 'State' }, width: 10, isNeeded: false, isInformation: true },
] as const;

export interface CalibrationDifference {
  readonly row: number;
  readonly before: Calibration | null;
  readonly wanted: Calibration;
}

type ColumnKey = (typeof calibrationColumns)[number]['key'];
interface Complaint {
  readonly key: ColumnKey;
  readonly message: LocalizedText;
}

interface SheetContext {
  /** Null where there is no such instrument. */
  readonly known: (pointId: string) => readonly Calibration[] | null;
  readonly today: string;
}

/** Rows without dates want nothing; what is there already is no difference. */
export function compareCalibrationSheet(
  rows: readonly (readonly SheetCell[])[],
  context: SheetContext,
): { readonly differences: readonly CalibrationDifference[]; readonly problems: readonly SheetProblem[]; readonly rowCount: number } {
  const { places, problems: headingProblems } = placesOfHeadings(rows[0] ?? [], calibrationColumns);
  const problems: SheetProblem[] = [...headingProblems];
  const differences: CalibrationDifference[] = [];
  const seen = new Set<string>();
  let rowCount = 0;
  if (problems.length > 0) return { differences, problems, rowCount };
  rows.slice(1).forEach((cells, index) => {
    if (cells.every((cell) => textOf(cell) === null)) return;
    rowCount += 1;
    const row = index + 2;
    const wanted = calibrationOf((key) => cells[places.get(key) ?? -1], context);
    if (wanted === null) return;
    if ('message' in wanted) {
      problems.push({ row, column: columnLetter(places.get(wanted.key) ?? 0), message: wanted.message });
      return;
    }
    const key = `${wanted.pointId} ${wanted.calibratedOn}`;
    if (seen.has(key))
      problems.push({ row, column: null, message: { zh: '同一仪表同一天重复', en: 'the same instrument and day stand twice' } });
    seen.add(key);
    const before = context.known(wanted.pointId)?.find((each) => each.calibratedOn === wanted.calibratedOn) ?? null;
    if (before === null || before.dueOn !== wanted.dueOn || before.certificate !== wanted.certificate)
      differences.push({ row, before, wanted });
  });
  return { differences, problems, rowCount };
}

function calibrationOf(cell: (key: ColumnKey) => SheetCell | undefined, context: SheetContext): Calibration | Complaint | null {
  const complaint = (key: ColumnKey, zh: string, en: string): Complaint => ({ key, message: { zh, en } });
  const pointId = textOf(cell('pointId'));
  if (pointId === null || context.known(pointId) === null)
    return complaint('pointId', `没有仪表 ${pointId ?? ''}`, `there is no instrument ${pointId ?? ''}`);
  const calibratedOn = readDate(cell('calibratedOn'));
  const dueOn = readDate(cell('dueOn'));
  const certificate = readText(cell('certificate'), 200);
  if (calibratedOn.kind === 'bad') return { key: 'calibratedOn', message: calibratedOn.message };
  if (dueOn.kind === 'bad') return { key: 'dueOn', message: dueOn.message };
  if (certificate.kind === 'bad') return { key: 'certificate', message: certificate.message };
  if (calibratedOn.value === null && dueOn.value === null) return null;
  if (calibratedOn.value === null) return complaint('calibratedOn', '缺少检定日期', 'the date of the calibration is missing');
  if (dueOn.value === null) return complaint('dueOn', '缺少有效期', 'the date when it is due is missing');
  if (calibratedOn.value > context.today)
    return complaint('calibratedOn', '检定日期晚于今天', 'it cannot have been calibrated after today');
  if (dueOn.value <= calibratedOn.value) return complaint('dueOn', '有效期应晚于检定日期', 'it must lie after the calibration');
  return { pointId, calibratedOn: calibratedOn.value, dueOn: dueOn.value, certificate: certificate.value ?? '' };
}
