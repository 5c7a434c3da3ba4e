// Calibrations over HTTP: how each instrument stands, one entered by hand, sheets out and in. /api/calibrations…
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  type CalibrationView,
  calibrationImportSchema,
  calibrationViewSchema,
  recordCalibrationSchema,
} from '../../domain/api/calibration-api.ts';
import {
  type CalibrationStanding,
  calibrationColumns,
  calibrationStandings,
  compareCalibrationSheet,
} from '../../domain/hazards/calibration.ts';
import { calibrationStandingWords } from '../../domain/hazards/hazard-words.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { type Language, languages } from '../../domain/text/localized-text.ts';
import { daysBetween } from '../../domain/time/calendar-date.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import { type SheetFormat, type SheetOrder, sheetFormats } from '../sheet/sheet-content.ts';
import { acceptSheets, digestOf, mostSheetBytes, refuseOtherDigest, refuseProblems, sheetRows } from '../sheet/sheet-upload.ts';
import { sheetTypes, writeSheet } from '../sheet/sheets.ts';
import type { Calibrations, InstrumentCalibration } from './calibrations.ts';
import { personOf } from './hazard-routes.ts';

const rank: Readonly<Record<CalibrationStanding, number>> = { overdue: 0, unknown: 1, dueSoon: 2, inDate: 3 };

export function calibrationRoutes(options: {
  readonly plant: Plant;
  readonly calibrations: Calibrations;
  readonly today: () => string;
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { plant, calibrations, today, announce } = options;

  /** Overdue first, then those nobody has entered, then by the day they are due. */
  const listFor = (identity: Identity, station?: string): readonly InstrumentCalibration[] =>
    calibrations
      .on(today())
      .filter(({ stationId }) => maySee(identity, stationId) && (station === undefined || station === stationId))
      .toSorted(
        (a, b) =>
          rank[a.standing] - rank[b.standing] ||
          (a.latest?.dueOn ?? '').localeCompare(b.latest?.dueOn ?? '') ||
          a.point.id.localeCompare(b.point.id),
      );

  const knownTo = (identity: Identity) => (pointId: string) => {
    const point = plant.points[plant.pointIndexById.get(pointId) ?? -1];
    const stationId = plant.stations[point?.stationIndex ?? -1]?.id;
    return stationId === undefined || !maySee(identity, stationId) ? null : calibrations.of(pointId);
  };

  const read = { permission: 'hazards.read' } as const;
  const manage = { permission: 'hazards.manage' } as const;

  return async (app) => {
    acceptSheets(app);

    app.get(
      '/api/calibrations',
      {
        schema: {
          querystring: z.object({ station: z.string().optional(), standing: z.enum(calibrationStandings).optional() }),
          response: { 200: z.array(calibrationViewSchema) },
        },
        config: read,
      },
      async (request) => {
        const { station, standing } = request.query;
        const day = today();
        return listFor(identityOf(request), station)
          .filter((each) => standing === undefined || each.standing === standing)
          .map((each) => viewOf(each, day));
      },
    );

    app.post(
      '/api/calibrations/:id',
      {
        schema: { params: z.object({ id: z.string() }), body: recordCalibrationSchema, response: { 200: calibrationViewSchema } },
        config: manage,
      },
      async (request) => {
        const identity = identityOf(request);
        const pointId = request.params.id;
        if (knownTo(identity)(pointId) === null)
          throw new ProblemError(404, 'Not found', { detail: `There is no instrument ${pointId} that is calibrated` });
        const { calibratedOn, dueOn, certificate } = request.body;
        if (calibratedOn > today() || dueOn <= calibratedOn)
          throw new ProblemError(422, 'Refused', {
            detail: 'It cannot have been calibrated after today, and it must be due after it was calibrated.',
            extra: { reason: 'badDates' },
          });
        await calibrations.record([{ pointId, calibratedOn, dueOn, certificate }], personOf(identity));
        announce();
        const found = calibrations.on(today()).find(({ point }) => point.id === pointId);
        if (found === undefined) throw new ProblemError(404, 'Not found');
        return viewOf(found, today());
      },
    );

    app.get(
      '/api/calibrations/export',
      {
        schema: { querystring: z.object({ format: z.enum(sheetFormats).default('xlsx'), language: z.enum(languages).default('zh') }) },
        config: read,
      },
      async (request, reply) => {
        const { format, language } = request.query;
        const sheet = await writeSheet(calibrationSheet(plant, listFor(identityOf(request)), format, language));
        return reply
          .type(sheetTypes[format])
          .header('content-disposition', `attachment; filename="gatewatch-calibrations-${today()}.${format}"`)
          .send(sheet);
      },
    );

    app.post(
      '/api/calibrations/import',
      {
        schema: {
          description: 'The body is the sheet itself. Without `digest` it is only looked at; with the digest of that look it is applied.',
          querystring: z.object({ digest: z.string().optional() }),
          response: { 200: calibrationImportSchema },
        },
        config: manage,
        bodyLimit: mostSheetBytes,
      },
      async (request) => {
        const identity = identityOf(request);
        const context = { known: knownTo(identity), today: today() };
        const { differences, problems, rowCount } = compareCalibrationSheet(await sheetRows(request.body), context);
        refuseProblems(problems);
        const digest = digestOf(differences);
        const asked = request.query.digest;
        if (asked !== undefined) {
          refuseOtherDigest(asked, digest);
          await calibrations.record(
            differences.map(({ wanted }) => wanted),
            personOf(identity),
          );
          announce();
        }
        return { digest, isApplied: asked !== undefined, rowCount, differences: [...differences] };
      },
    );
  };
}

function viewOf({ point, stationId, latest, standing }: InstrumentCalibration, day: string): CalibrationView {
  return { pointId: point.id, stationId, standing, latest, daysLeft: latest === null ? null : daysBetween(day, latest.dueOn) };
}

function calibrationSheet(plant: Plant, list: readonly InstrumentCalibration[], format: SheetFormat, language: Language): SheetOrder {
  return {
    format,
    name: language === 'zh' ? '仪表检定' : 'Calibrations',
    columns: calibrationColumns.map(({ heading, width, isInformation }) => ({ heading: heading[language], width, isInformation })),
    rows: list.map(({ point, latest, standing }) => [
      point.id,
      plant.stations[point.stationIndex]?.name[language] ?? null,
      point.name[language],
      latest?.calibratedOn ?? null,
      latest?.dueOn ?? null,
      latest?.certificate ?? null,
      calibrationStandingWords[standing][language],
    ]),
  };
}
