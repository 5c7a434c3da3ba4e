// Loop tests over HTTP. A step is measured here: the server asks the collector what the device holds at that moment.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  endLoopTestSchema,
  type LoopReading,
  type LoopTest,
  loopTestSchema,
  measureStepSchema,
  startLoopTestSchema,
} from '../../domain/loop-test/loop-test.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { engineeringAnswerSchema } from '../../domain/messages/engineering-command.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { failureProblem } from '../engineering/failure-problem.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { LoopTestResult, LoopTests, Tester } from './loop-tests.ts';

const refusalText = {
  notAnalog: 'A loop test needs an analogue point with a range.',
  notUnderTest: 'Begin a test of this point first: its alarms are then marked as tests.',
  runsAlready: 'A loop test of this point runs already.',
  incomplete: 'Not all five steps are measured.',
  finished: 'It is finished and changes no more.',
} as const;

export function loopTestRoutes(options: {
  readonly plant: Plant;
  readonly loopTests: LoopTests;
  readonly readPoint: (pointId: string) => Promise<EngineeringAnswer>;
}): FastifyPluginAsyncZod {
  const { plant, loopTests, readPoint } = options;
  const read = { permission: 'engineering.read' } as const;
  const act = { permission: 'points.test', rateLimit: { max: 120, timeWindow: 60_000 } } as const;
  const params = z.object({ id: z.string() });

  function requirePoint(identity: Identity, pointId: string): void {
    const point = plant.points[plant.pointIndexById.get(pointId) ?? -1];
    const stationId = plant.stations[point?.stationIndex ?? -1]?.id;
    if (stationId === undefined || !maySee(identity, stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no point ${pointId}` });
  }

  async function visible(identity: Identity, id: string): Promise<LoopTest> {
    const test = await loopTests.find(id);
    if (test === null || !maySee(identity, test.stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no loop test ${id}` });
    return test;
  }

  const testerOf = (identity: Identity): Tester => ({ username: identity.username, actor: actorOf(identity) });

  function answer(result: LoopTestResult): LoopTest {
    switch (result.kind) {
      case 'done':
        return result.test;
      case 'unknown':
        throw new ProblemError(404, 'Not found');
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: 'This loop test was changed since you looked; nothing was applied.',
          extra: { current: result.test },
        });
      case 'refused':
        throw new ProblemError(422, 'Refused', { detail: refusalText[result.reason], extra: { reason: result.reason } });
    }
  }

  async function reading(pointId: string): Promise<LoopReading> {
    const found = await readPoint(pointId);
    if (found.kind !== 'point') throw failureProblem(found);
    const { raw, value, words, atMs } = found;
    if (raw === null || value === null)
      throw new ProblemError(422, 'No number', { detail: `The device gives no number (${found.status}).`, extra: { reason: 'noNumber' } });
    return { raw, value, words, atMs };
  }

  return async (app) => {
    app.get(
      '/api/loop-tests',
      {
        schema: {
          querystring: z.object({ point: z.string().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) }),
          response: { 200: z.array(loopTestSchema) },
        },
        config: read,
      },
      async (request) => {
        const { stationIds } = identityOf(request);
        const { point, limit } = request.query;
        return loopTests.list({ stationIds: stationIds === null ? null : [...stationIds], pointId: point, limit });
      },
    );
    app.get('/api/loop-tests/:id', { schema: { params, response: { 200: loopTestSchema } }, config: read }, (request) =>
      visible(identityOf(request), request.params.id),
    );
    app.get(
      '/api/points/:id/source',
      {
        schema: { params, response: { 200: engineeringAnswerSchema } },
        config: { permission: 'points.test', rateLimit: { max: 120, timeWindow: 60_000 } },
      },
      async (request) => {
        requirePoint(identityOf(request), request.params.id);
        return readPoint(request.params.id);
      },
    );
    app.post(
      '/api/points/:id/loop-tests',
      { schema: { params, body: startLoopTestSchema, response: { 201: loopTestSchema } }, config: act },
      async (request, reply) => {
        const identity = identityOf(request);
        requirePoint(identity, request.params.id);
        return reply.code(201).send(answer(await loopTests.start(request.params.id, request.body, testerOf(identity))));
      },
    );
    app.post(
      '/api/loop-tests/:id/measure',
      { schema: { params, body: measureStepSchema, response: { 200: loopTestSchema } }, config: act },
      async (request) => {
        const identity = identityOf(request);
        const test = await visible(identity, request.params.id);
        const { version, phase, percent } = request.body;
        const event = { kind: 'measure', phase, percent, reading: await reading(test.pointId) } as const;
        return answer(await loopTests.move(test.id, version, event, testerOf(identity)));
      },
    );
    for (const kind of ['finish', 'abandon'] as const) {
      app.post(
        `/api/loop-tests/:id/${kind}`,
        { schema: { params, body: endLoopTestSchema, response: { 200: loopTestSchema } }, config: act },
        async (request) => {
          const identity = identityOf(request);
          const test = await visible(identity, request.params.id);
          const { version, comment } = request.body;
          return answer(await loopTests.move(test.id, version, { kind, comment }, testerOf(identity)));
        },
      );
    }
  };
}
