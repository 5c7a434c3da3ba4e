// Alarm settings: the table, sheets out and in, drafts and what happens to them, versions. /api/alarm-settings…
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type AlarmSettingsPatch, patchRefusals } from '../../domain/alarm-settings/alarm-settings.ts';
import {
  alarmSettingsTableSchema,
  approveDraftSchema,
  draftActionSchema,
  draftSummarySchema,
  draftViewSchema,
  editDraftSchema,
  importAnswerSchema,
  proposeSchema,
  rejectDraftSchema,
  settingsVersionViewSchema,
  versionChangesSchema,
  versionSettingsSchema,
} from '../../domain/api/alarm-settings-api.ts';
import { type Language, languages } from '../../domain/text/localized-text.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type Identity, isAllowed, maySee } from '../access/identity.ts';
import { approveBySecondPerson } from '../access/second-person.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import { sheetFormats } from '../sheet/sheet-content.ts';
import { acceptSheets, mostSheetBytes, sheetRows } from '../sheet/sheet-upload.ts';
import { sheetTypes, writeSheet } from '../sheet/sheets.ts';
import type { AlarmSettingsBook, DraftAction, DraftResult } from './alarm-settings-book.ts';
import { draftSummary, draftView, stationIdOfAlarm, versionChanges, versionView } from './alarm-settings-views.ts';
import type { CollectorSettings } from './collector-settings.ts';
import type { Draft, DraftRefusal, Person } from './draft-machine.ts';
import { readSettingsSheet, settingsSheet } from './settings-sheet.ts';
import { SettingsTableText } from './table-text.ts';
import type { SettingsVersion } from './version-log.ts';

const mostProblemsShown = 100;

const refusalText: Readonly<Record<DraftRefusal, string>> = {
  notTheProposer: 'Only the person who proposed the draft may do this.',
  notOpen: 'The draft is submitted: recall it first.',
  notSubmitted: 'The draft has not been submitted.',
  alreadyDecided: 'The draft has been decided already.',
  noChanges: 'The draft changes nothing.',
  reasonRequired: 'Say why the settings are to be changed.',
  hasErrors: 'Settings of the draft must never be in force: see `introduced` for what is wrong.',
  hasConflicts: 'Somebody has changed settings of the draft since it was made: see `conflicts`.',
  approverMustBeAnother: 'Another person than the proposer must decide.',
  commentRequired: 'Say why the draft is rejected.',
};

const languageSchema = z.enum(languages).default('zh');

export function alarmSettingsRoutes(options: {
  readonly book: AlarmSettingsBook;
  readonly collectors: CollectorSettings;
  readonly access: AccessControl;
}): FastifyPluginAsyncZod {
  const { book, collectors, access } = options;
  const tableText = new SettingsTableText(book, collectors);
  const seenBy = (identity: Identity) => (stationId: string) => maySee(identity, stationId);
  const personOf = ({ username, displayName }: Identity): Person => ({ username, displayName });

  /** A draft is visible to whoever may see all its stations. */
  function isVisible(identity: Identity, draft: Draft): boolean {
    return draft.rows.every(({ alarmId }) => maySee(identity, stationIdOfAlarm(book.plant, alarmId)));
  }

  function visibleDraft(identity: Identity, id: string): Draft {
    const draft = book.find(id);
    if (draft === null || !isVisible(identity, draft)) throw new ProblemError(404, 'Not found', { detail: `There is no draft ${id}` });
    return draft;
  }

  function visibleVersion(number: number): SettingsVersion {
    const version = book.log.find(number);
    if (version === null) throw new ProblemError(404, 'Not found', { detail: `There is no version ${number} of the alarm settings` });
    return version;
  }

  /** Every alarm that a change names must be one that the person may see, with settings that it has. */
  function wantedOf<P extends AlarmSettingsPatch | null>(
    identity: Identity,
    changes: readonly { alarmId: string; settings: P }[],
  ): ReadonlyMap<string, P> {
    const { plant } = book;
    const errors = changes.flatMap(({ alarmId, settings }, index) => {
      const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
      if (alarm === undefined || !maySee(identity, stationIdOfAlarm(plant, alarmId)))
        return [{ path: `changes.${index}.alarmId`, message: `there is no alarm ${alarmId}` }];
      return patchRefusals(alarm, settings ?? {}).map(({ field, reason }) => ({
        path: `changes.${index}.settings.${field}`,
        message: reason === 'hasNot' ? `${alarmId} has no ${field}` : `${alarmId} needs a ${field}`,
      }));
    });
    if (errors.length > 0)
      throw new ProblemError(400, 'Bad input', { detail: errors[0]?.message ?? '', extra: { errors: errors.slice(0, mostProblemsShown) } });
    return new Map(changes.map(({ alarmId, settings }) => [alarmId, settings]));
  }

  async function act(request: FastifyRequest, id: string, version: number, action: DraftAction, by?: Person) {
    const identity = identityOf(request);
    visibleDraft(identity, id);
    return answerOf(await book.act(id, version, by ?? personOf(identity), action));
  }

  function answerOf(result: DraftResult) {
    switch (result.kind) {
      case 'unknown':
        throw new ProblemError(404, 'Not found');
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: 'The draft has changed since you saw it.',
          extra: { current: draftView(book, result.draft), by: result.draft.decidedBy?.username ?? result.draft.proposedBy.username },
        });
      case 'refused': {
        const { conflicts, errors } = result.check;
        throw new ProblemError(result.reason === 'hasConflicts' ? 409 : 422, 'Refused', {
          detail: refusalText[result.reason],
          extra: {
            reason: result.reason,
            conflicts,
            errors: errors.map(({ alarmId, message }) => ({ path: alarmId ?? '', message: message.en })),
          },
        });
      }
      case 'done':
        return draftView(book, result.draft);
    }
  }

  /** The second person must be allowed to approve, and to see every station that the draft touches. */
  async function approverOf(identity: Identity, draft: Draft, signed: { username: string; password: string }): Promise<Person> {
    const username = await approveBySecondPerson(access, identity, signed, 'alarmSettings.approve', null);
    const found = (await access.users()).find((user) => user.username === username);
    const sees = (stationId: string) => found?.stationIds === null || found?.stationIds.includes(stationId) === true;
    if (found === undefined || !draft.rows.every(({ alarmId }) => sees(stationIdOfAlarm(book.plant, alarmId)))) {
      await access.auditRefusal(identity, `approval by ${username}: not all stations of the draft`);
      throw new ProblemError(403, 'Approval refused', { detail: 'The approver may not see every station that the draft touches.' });
    }
    return { username, displayName: found.displayName };
  }

  const draftParams = z.object({ id: z.string() });
  const read = { permission: 'alarmSettings.read' } as const;
  const propose = { permission: 'alarmSettings.propose' } as const;
  const approve = { permission: 'alarmSettings.approve' } as const;

  return async (app) => {
    acceptSheets(app);

    app.get('/api/alarm-settings', { schema: { response: { 200: alarmSettingsTableSchema } }, config: read }, async (request, reply) => {
      const text = await tableText.textFor(seenBy(identityOf(request)));
      // Written already; the schema above describes it.
      return reply
        .type('application/json; charset=utf-8')
        .serializer(String)
        .send(text as never);
    });

    app.get(
      '/api/alarm-settings/export',
      { schema: { querystring: z.object({ format: z.enum(sheetFormats).default('xlsx'), language: languageSchema }) }, config: read },
      async (request, reply) => {
        const { format, language } = request.query;
        const sheet = await writeSheet(settingsSheet(book, format, language, seenBy(identityOf(request))));
        const name = `gatewatch-alarm-settings-v${book.version.number}.${format}`;
        return reply.type(sheetTypes[format]).header('content-disposition', `attachment; filename="${name}"`).send(sheet);
      },
    );

    app.post(
      '/api/alarm-settings/import',
      {
        schema: {
          description:
            'The body is the sheet itself: .xlsx or CSV. Answers with a draft, or with 422 and every row and column that is wrong.',
          querystring: z.object({ name: z.string().max(200).optional(), reason: z.string().trim().max(1_000).default('') }),
          response: { 200: importAnswerSchema },
        },
        config: propose,
        bodyLimit: mostSheetBytes,
      },
      async (request) => {
        const identity = identityOf(request);
        const { wanted, conflicts, problems, rowCount } = await readSettingsSheet(book, await sheetRows(request.body), seenBy(identity));
        if (problems.length > 0) throw sheetProblem(problems);
        if (wanted.size === 0) return { draft: null, conflicts: [...conflicts], rowCount };
        const draft = await book.propose({
          by: personOf(identity),
          source: 'import',
          fileName: request.query.name ?? null,
          reason: request.query.reason,
          wanted,
        });
        return { draft: draftView(book, draft), conflicts: [...conflicts], rowCount };
      },
    );

    app.get('/api/alarm-settings/drafts', { schema: { response: { 200: z.array(draftSummarySchema) } }, config: read }, async (request) => {
      const identity = identityOf(request);
      return book
        .drafts()
        .filter((draft) => isVisible(identity, draft))
        .toSorted((a, b) => b.changedAtMs - a.changedAtMs)
        .map(draftSummary);
    });

    app.post(
      '/api/alarm-settings/drafts',
      { schema: { body: proposeSchema, response: { 200: draftViewSchema } }, config: propose, bodyLimit: mostSheetBytes },
      async (request) => {
        const identity = identityOf(request);
        const wanted = wantedOf(identity, request.body.changes);
        const draft = await book.propose({ by: personOf(identity), source: 'edit', fileName: null, reason: request.body.reason, wanted });
        return draftView(book, draft);
      },
    );

    app.get(
      '/api/alarm-settings/drafts/:id',
      { schema: { params: draftParams, response: { 200: draftViewSchema } }, config: read },
      async (request) => draftView(book, visibleDraft(identityOf(request), request.params.id)),
    );

    app.put(
      '/api/alarm-settings/drafts/:id',
      {
        schema: { params: draftParams, body: editDraftSchema, response: { 200: draftViewSchema } },
        config: propose,
        bodyLimit: mostSheetBytes,
      },
      (request) => {
        const { version, reason, changes } = request.body;
        const wanted = wantedOf(identityOf(request), changes);
        return act(request, request.params.id, version, { kind: 'edit', reason: reason ?? null, wanted });
      },
    );

    for (const kind of ['submit', 'recall', 'withdraw'] as const)
      app.post(
        `/api/alarm-settings/drafts/:id/${kind}`,
        { schema: { params: draftParams, body: draftActionSchema, response: { 200: draftViewSchema } }, config: propose },
        (request) => act(request, request.params.id, request.body.version, { kind }),
      );

    app.post(
      '/api/alarm-settings/drafts/:id/approve',
      { schema: { params: draftParams, body: approveDraftSchema, response: { 200: draftViewSchema } }, config: read },
      async (request) => {
        const identity = identityOf(request);
        const draft = visibleDraft(identity, request.params.id);
        if (!isAllowed(identity, 'alarmSettings.propose', null) && !isAllowed(identity, 'alarmSettings.approve', null)) {
          await access.auditRefusal(identity, `${request.method} ${request.url}`);
          throw new ProblemError(403, 'Not allowed', { detail: `The role ${identity.role} lacks alarmSettings.approve` });
        }
        const by = await approverOf(identity, draft, request.body.approver);
        return act(request, draft.id, request.body.version, { kind: 'approve', comment: request.body.comment ?? null }, by);
      },
    );

    app.post(
      '/api/alarm-settings/drafts/:id/reject',
      { schema: { params: draftParams, body: rejectDraftSchema, response: { 200: draftViewSchema } }, config: approve },
      (request) => act(request, request.params.id, request.body.version, { kind: 'reject', comment: request.body.comment }),
    );

    app.get(
      '/api/alarm-settings/versions',
      {
        schema: {
          description: 'Newest first; with `at`, the one that was in force at that moment.',
          querystring: z.object({ at: momentSchema.optional() }),
          response: { 200: z.array(settingsVersionViewSchema) },
        },
        config: read,
      },
      async (request) => {
        const { at } = request.query;
        if (at === undefined) return book.versions.toReversed().map(versionView);
        const version = book.log.at(at);
        return version === null ? [] : [versionView(version)];
      },
    );

    app.get(
      '/api/alarm-settings/versions/:number',
      {
        schema: { params: z.object({ number: z.coerce.number().int().min(1) }), response: { 200: versionChangesSchema } },
        config: read,
      },
      async (request) => {
        const version = visibleVersion(request.params.number);
        return versionChanges(book.plant, version, await book.log.changesOf(version.number), seenBy(identityOf(request)));
      },
    );

    app.get(
      '/api/alarm-settings/versions/:number/settings',
      {
        schema: { params: z.object({ number: z.coerce.number().int().min(1) }), response: { 200: versionSettingsSchema } },
        config: read,
      },
      async (request) => {
        const version = visibleVersion(request.params.number);
        const identity = identityOf(request);
        const table = await book.log.settingsOf(version.number);
        return {
          version: versionView(version),
          settings: [...table]
            .filter(([alarmId]) => maySee(identity, stationIdOfAlarm(book.plant, alarmId)))
            .map(([alarmId, settings]) => ({ alarmId, settings })),
        };
      },
    );
  };
}

function sheetProblem(problems: Awaited<ReturnType<typeof readSettingsSheet>>['problems']): ProblemError {
  const shown = problems.slice(0, mostProblemsShown);
  const placeOf = ({ row, column }: (typeof problems)[number]) => `${column ?? ''}${row}`;
  const textOf = (language: Language) => shown.map((problem) => `${placeOf(problem)}: ${problem.message[language]}`).join('; ');
  return new ProblemError(422, 'The sheet was not taken', {
    detail: textOf('en'),
    extra: {
      reason: 'sheetProblems',
      errors: shown.map((problem) => ({ path: placeOf(problem), message: problem.message.en })),
      /** With row, column and words in both languages, for the page. */
      problems: shown,
    },
  });
}
