// The ledger as Excel or CSV, and sheets that come in: first looked at with every difference, then applied as it was looked at.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hazardImportSchema } from '../../domain/api/hazard-api.ts';
import type { HazardRecord } from '../../domain/hazards/hazard.ts';
import { openRecord } from '../../domain/hazards/hazard-machine.ts';
import { compareHazardSheet, hazardColumns, numbersIn, type SheetStep } from '../../domain/hazards/hazard-sheet.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { languages } from '../../domain/text/localized-text.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { sheetFormats } from '../sheet/sheet-content.ts';
import { acceptSheets, digestOf, mostSheetBytes, refuseOtherDigest, refuseProblems, sheetRows } from '../sheet/sheet-upload.ts';
import { sheetTypes, writeSheet } from '../sheet/sheets.ts';
import { mostHazardsListed, personOf } from './hazard-routes.ts';
import type { HazardStore } from './hazard-store.ts';

export function hazardSheetRoutes(options: {
  readonly plant: Plant;
  readonly hazards: HazardStore;
  readonly access: Pick<AccessControl, 'users'>;
}): FastifyPluginAsyncZod {
  const { plant, hazards, access } = options;
  const zone = plant.company.timeZone;
  const stationName = (id: string) => plant.stations[plant.stationIndexById.get(id) ?? -1]?.name ?? { zh: id, en: id };

  /** The hazards that the sheet names; one of a station that the person may not see counts as a number that is taken. */
  async function namedIn(rows: Parameters<typeof numbersIn>[0], identity: Identity) {
    const named = new Map<string, HazardRecord>();
    const hidden: string[] = [];
    for (const number of new Set(numbersIn(rows))) {
      const record = await hazards.byNumber(number);
      if (record === null) continue;
      if (maySee(identity, record.finding.stationId)) named.set(number, record);
      else hidden.push(number);
    }
    return { named, hidden };
  }

  return async (app) => {
    acceptSheets(app);

    app.get(
      '/api/hazards/export',
      {
        schema: {
          querystring: z.object({
            format: z.enum(sheetFormats).default('xlsx'),
            language: z.enum(languages).default('zh'),
            state: z.enum(['open', 'all']).default('all'),
          }),
        },
        config: { permission: 'hazards.read' },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const { format, language, state } = request.query;
        const records = [...hazards.openOnes(), ...(state === 'open' ? [] : await hazards.settledOnes(mostHazardsListed))]
          .filter(({ finding }) => maySee(identity, finding.stationId))
          .toSorted((a, b) => a.number.localeCompare(b.number, undefined, { numeric: true }));
        const sheet = await writeSheet({
          format,
          name: language === 'zh' ? '隐患台账' : 'Hazards',
          columns: hazardColumns.map(({ heading, width, isInformation }) => ({ heading: heading[language], width, isInformation })),
          rows: records.map((record) => hazardColumns.map(({ cellOf }) => cellOf(record, { language, zone, stationName }))),
        });
        return reply
          .type(sheetTypes[format])
          .header('content-disposition', `attachment; filename="gatewatch-hazards-${hazards.today()}.${format}"`)
          .send(sheet);
      },
    );

    app.post(
      '/api/hazards/import',
      {
        schema: {
          description: 'The body is the sheet itself. Without `digest` it is only looked at; with the digest of that look it is applied.',
          querystring: z.object({ digest: z.string().optional() }),
          response: { 200: hazardImportSchema },
        },
        config: { permission: 'hazards.manage' },
        bodyLimit: mostSheetBytes,
      },
      async (request) => {
        const identity = identityOf(request);
        const rows = await sheetRows(request.body);
        const { named, hidden } = await namedIn(rows, identity);
        const users = await access.users();
        const plan = compareHazardSheet(rows, {
          find: (number) => named.get(number) ?? null,
          hasStation: (id) => plant.stationIndexById.has(id) && maySee(identity, id),
          usernameOf: (name) => users.find(({ displayName, username }) => displayName === name || username === name)?.username ?? null,
          today: hazards.today(),
          zone,
        });
        refuseProblems([
          ...plan.problems,
          ...hidden.map((number) => ({
            row: 1,
            column: null,
            message: { zh: `编号 ${number} 已被使用`, en: `the number ${number} is taken` },
          })),
        ]);
        const digest = digestOf(plan.steps);
        const asked = request.query.digest;
        if (asked !== undefined) {
          refuseOtherDigest(asked, digest);
          if ((await hazards.import(plan.steps, personOf(identity))) === 'changed') refuseOtherDigest(asked, 'changed');
        }
        return {
          digest,
          isApplied: asked !== undefined,
          rowCount: plan.rowCount,
          amended: plan.steps.filter(({ kind }) => kind === 'amend').length,
          fresh: plan.steps.flatMap(freshRow),
          differences: [...plan.differences],
        };
      },
    );
  };
}

/** As it will stand in the ledger. */
function freshRow(each: SheetStep) {
  if (each.kind !== 'new') return [];
  const { step } = each;
  const { state } = openRecord('', { ...step, number: step.number ?? '', atMs: 0, by: null });
  const { stationId, description } = step.finding;
  return [{ row: step.row, number: step.number, stationId, description, state }];
}
