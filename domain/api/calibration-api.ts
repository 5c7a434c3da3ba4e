// Calibrations over HTTP: bodies and answers of /api/calibrations…
import { z } from 'zod';
import { calibrationStandings } from '../hazards/calibration.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

const calibrationSchema = z.object({
  pointId: z.string(),
  calibratedOn: calendarDateSchema,
  dueOn: calendarDateSchema,
  certificate: z.string(),
});

export const calibrationViewSchema = z.object({
  pointId: z.string(),
  stationId: z.string(),
  standing: z.enum(calibrationStandings),
  /** Days until it is due; negative once it is overdue. */
  daysLeft: z.int().nullable(),
  latest: calibrationSchema.nullable(),
});
export type CalibrationView = z.output<typeof calibrationViewSchema>;

export const recordCalibrationSchema = z.strictObject({
  calibratedOn: calendarDateSchema,
  dueOn: calendarDateSchema,
  certificate: z.string().trim().max(200).default(''),
});
export type RecordCalibration = z.input<typeof recordCalibrationSchema>;

export const calibrationImportSchema = z.object({
  digest: z.string(),
  isApplied: z.boolean(),
  rowCount: z.int(),
  differences: z.array(z.object({ row: z.int(), before: calibrationSchema.nullable(), wanted: calibrationSchema })),
});
export type CalibrationImport = z.output<typeof calibrationImportSchema>;
