// Evidence over HTTP: ask for a bundle, see how far it is, cancel, fetch, remove; the public keys and the newest signed heads. /api/evidence…
import { createReadStream } from 'node:fs';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { evidenceHeadsSchema, evidenceJobSchema, evidenceKeysSchema, requestEvidenceSchema } from '../../domain/api/evidence-api.ts';
import type { SignedHead } from '../../domain/evidence/signed-head.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { EvidenceJob, EvidenceJobs } from './evidence-jobs.ts';
import type { JournalHeads } from './journal-heads.ts';
import type { SigningKeys } from './signing-keys.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const mostDays = 366;

export function evidenceRoutes(options: {
  readonly plant: Plant;
  readonly jobs: EvidenceJobs;
  readonly heads: JournalHeads;
  readonly keys: SigningKeys;
  readonly hasHistory: boolean;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, jobs, heads, keys, clock } = options;
  const config = { permission: 'evidence.make' } as const;
  const params = z.object({ id: z.string() });
  const zone = plant.company.timeZone;

  const isVisible = (identity: Identity, job: EvidenceJob): boolean =>
    (identity.stationIds === null || !job.showsCompanyLines) && job.stationIds.every((stationId) => maySee(identity, stationId));

  async function visible(request: FastifyRequest, id: string): Promise<EvidenceJob> {
    const job = await jobs.find(id);
    if (job === null || !isVisible(identityOf(request), job))
      throw new ProblemError(404, 'Not found', { detail: `There is no evidence bundle ${id}` });
    return job;
  }

  function bad(path: string, message: string): ProblemError {
    return new ProblemError(400, 'Bad input', { detail: message, extra: { errors: [{ path, message }] } });
  }

  function stationsOf(identity: Identity, wanted: readonly string[] | null): readonly string[] {
    const seen = plant.stations.map(({ id }) => id).filter((id) => maySee(identity, id));
    if (wanted === null) return seen;
    const unknown = wanted.find((id) => !seen.includes(id));
    if (unknown !== undefined) throw bad('stationIds', `there is no station ${unknown}`);
    return seen.filter((id) => wanted.includes(id));
  }

  function periodOf(fromDate: string, toDate: string): { readonly fromMs: number; readonly toMs: number } {
    const nowMs = Math.floor(clock.nowMs() / minuteMs) * minuteMs;
    const fromMs = momentOf(fromDate, '00:00', zone);
    const endDate = dateAt(momentOf(toDate, '12:00', zone) + dayMs, zone);
    const toMs = Math.min(momentOf(endDate, '00:00', zone), nowMs);
    if (toDate < fromDate) throw bad('toDate', 'the last day lies before the first');
    if (toMs - fromMs > (mostDays + 1) * dayMs) throw bad('toDate', `a bundle holds ${mostDays} days at most`);
    if (toMs <= fromMs) throw bad('fromDate', 'the period has not begun yet');
    return { fromMs, toMs };
  }

  return async (app) => {
    app.get('/api/evidence', { schema: { response: { 200: z.array(evidenceJobSchema) } }, config }, async (request) => {
      const identity = identityOf(request);
      return (await jobs.list()).filter((job) => isVisible(identity, job)).map((job) => jobs.view(job));
    });

    app.post(
      '/api/evidence',
      { schema: { body: requestEvidenceSchema, response: { 200: evidenceJobSchema } }, config },
      async (request) => {
        const identity = identityOf(request);
        const { stationIds, fromDate, toDate, language, reason } = request.body;
        const stations = stationsOf(identity, stationIds);
        if (stations.length === 0) throw bad('stationIds', 'you may see no station');
        const period = periodOf(fromDate, toDate);
        if (!options.hasHistory)
          throw new ProblemError(503, 'No history', { detail: 'This server has no historian: give it --historian influx://…' });
        const job = await jobs.request(
          {
            ...period,
            stationIds: stations,
            isWholeCompany: stations.length === plant.stations.length && identity.stationIds === null,
            showsCompanyLines: identity.stationIds === null,
            language,
            reason,
            by: { username: identity.username, displayName: identity.displayName },
          },
          actorOf(identity),
        );
        if (job === null)
          throw new ProblemError(429, 'Busy', { detail: 'Many bundles are waiting already: cancel one, or ask again when some are made' });
        return jobs.view(job);
      },
    );

    app.get('/api/evidence/:id', { schema: { params, response: { 200: evidenceJobSchema } }, config }, async (request) =>
      jobs.view(await visible(request, request.params.id)),
    );

    app.post('/api/evidence/:id/cancel', { schema: { params, response: { 200: evidenceJobSchema } }, config }, async (request) => {
      const job = await visible(request, request.params.id);
      if (!(await jobs.cancel(job.id, actorOf(identityOf(request)))))
        throw new ProblemError(409, 'Already over', { detail: 'The bundle has been made, has failed or was cancelled before.' });
      return jobs.view((await jobs.find(job.id)) ?? job);
    });

    app.get('/api/evidence/:id/bundle', { schema: { params }, config }, async (request, reply) => {
      const job = await visible(request, request.params.id);
      if (job.state !== 'done' || job.bytes === null)
        throw new ProblemError(409, 'Not made', { detail: 'The bundle is not made: see its state in /api/evidence' });
      await jobs.noteDownload(job, actorOf(identityOf(request)));
      return reply
        .header('content-disposition', `attachment; filename="${fileNameOf(job)}"`)
        .header('content-length', job.bytes)
        .type('application/zip')
        .send(createReadStream(jobs.fileOf(job)));
    });

    app.delete('/api/evidence/:id', { schema: { params, response: { 204: z.null() } }, config }, async (request, reply) => {
      const job = await visible(request, request.params.id);
      if (job.state === 'queued' || job.state === 'running')
        throw new ProblemError(409, 'Under way', { detail: 'The bundle is being made: cancel it first.' });
      await jobs.remove(job, actorOf(identityOf(request)));
      return reply.code(204).send(null);
    });

    app.get('/api/evidence/keys', { schema: { response: { 200: evidenceKeysSchema } }, config }, async () => ({
      keys: [...(await keys.publicKeys())],
    }));

    app.get(
      '/api/evidence/heads',
      {
        schema: {
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(100) }),
          response: { 200: evidenceHeadsSchema },
        },
        config,
      },
      async (request) => {
        const newest: SignedHead[] = [];
        for await (const head of heads.all()) {
          newest.push(head);
          if (newest.length > request.query.limit) newest.shift();
        }
        return { heads: newest };
      },
    );
  };

  function fileNameOf({ stationIds, isWholeCompany, fromMs, toMs }: EvidenceJob): string {
    const [first = ''] = stationIds;
    const place = isWholeCompany ? plant.company.id : stationIds.length === 1 ? first : `${stationIds.length}-stations`;
    return `gatewatch-evidence-${place.replaceAll(/[^A-Za-z0-9._-]/g, '_')}-${dateAt(fromMs, zone)}-${dateAt(toMs - 1, zone)}.zip`;
  }
}
