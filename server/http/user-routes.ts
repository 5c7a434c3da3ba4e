// People who may sign in, for administrators; and one's own password.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  addUserSchema,
  changeOwnPasswordSchema,
  changeUserSchema,
  sessionInfoSchema,
  setPasswordSchema,
  userViewSchema,
} from '../../domain/api/users-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { type AccessControl, actorOf } from '../access/access-control.ts';
import { identityOf } from './create-app.ts';
import { ProblemError } from './problem-error.ts';

export function userRoutes(access: AccessControl, plant: Plant): FastifyPluginAsyncZod {
  const params = z.object({ username: z.string() });
  const config = { permission: 'users.manage' } as const;
  const unknown = (username: string) => new ProblemError(404, 'Not found', { detail: `There is no user ${username}` });

  function requireStations(stationIds: readonly string[]): void {
    for (const id of stationIds) {
      if (plant.stations.every((station) => station.id !== id))
        throw new ProblemError(400, 'Bad request', {
          detail: `There is no station ${id}`,
          extra: { errors: [{ path: 'stationIds', message: `unknown station ${id}` }] },
        });
    }
  }

  return async (app) => {
    app.get('/api/users', { schema: { response: { 200: z.array(userViewSchema) } }, config }, () => access.users());

    app.post('/api/users', { schema: { body: addUserSchema, response: { 201: userViewSchema } }, config }, async (request, reply) => {
      const { stationIds, ...user } = request.body;
      requireStations(stationIds ?? []);
      const added = await access.addUser({ ...user, stationIds: stationIds ?? null }, actorOf(identityOf(request)));
      if (added === null) throw new ProblemError(409, 'Name taken', { detail: `There is a user ${user.username} already.` });
      return reply.code(201).send(added);
    });

    app.post(
      '/api/users/:username/password',
      { schema: { params, body: setPasswordSchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        const { username } = request.params;
        if (!(await access.setPassword(username, request.body.password, actorOf(identityOf(request))))) throw unknown(username);
        return reply.code(204).send(null);
      },
    );

    for (const action of ['disable', 'enable'] as const) {
      app.post(`/api/users/:username/${action}`, { schema: { params, response: { 204: z.null() } }, config }, async (request, reply) => {
        const { username } = request.params;
        const identity = identityOf(request);
        if (username === identity.username)
          throw new ProblemError(422, 'Refused', { detail: 'Nobody disables himself: another administrator does.' });
        if (!(await access.setDisabled(username, action === 'disable', actorOf(identity)))) throw unknown(username);
        return reply.code(204).send(null);
      });
    }

    app.put(
      '/api/users/:username',
      { schema: { params, body: changeUserSchema, response: { 200: userViewSchema } }, config },
      async (request) => {
        const { username } = request.params;
        const identity = identityOf(request);
        requireStations(request.body.stationIds ?? []);
        if (username === identity.username && (request.body.role !== identity.role || request.body.stationIds !== null))
          throw new ProblemError(422, 'Refused', { detail: 'Nobody changes his own rights: another administrator does.' });
        const result = await access.changeUser(username, request.body, actorOf(identity));
        if (result === null) throw unknown(username);
        if (result.kind === 'conflict')
          throw new ProblemError(409, 'Somebody was quicker', {
            detail: `${username} was changed since you looked; nothing was applied.`,
            extra: { current: result.user },
          });
        if (result.kind === 'lastAdministrator')
          throw new ProblemError(422, 'Refused', { detail: 'The last administrator stays one: nobody could let anybody in again.' });
        return result.user;
      },
    );

    app.get('/api/sessions', { schema: { response: { 200: z.array(sessionInfoSchema) } }, config }, async (request) => {
      const own = identityOf(request).tokenHash;
      return (await access.sessions()).map(({ tokenHash, ...session }) => ({ ...session, isOwn: tokenHash === own }));
    });

    app.delete('/api/users/:username/sessions', { schema: { params, response: { 204: z.null() } }, config }, async (request, reply) => {
      const { username } = request.params;
      const identity = identityOf(request);
      if (!(await access.endSessionsOf(username, actorOf(identity), identity.tokenHash))) throw unknown(username);
      return reply.code(204).send(null);
    });

    app.post(
      '/api/session/password',
      { schema: { body: changeOwnPasswordSchema, response: { 204: z.null() } }, config: { permission: 'session.own' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const verified = await access.verify(identity.username, request.body.current);
        if (verified.kind === 'wait')
          throw new ProblemError(429, 'Too many failed tries', { detail: `Try again in ${Math.ceil(verified.retryInMs / 1_000)} s.` });
        if (verified.kind !== 'ok') throw new ProblemError(403, 'Refused', { detail: 'The current password is wrong.' });
        await access.setPassword(identity.username, request.body.password, actorOf(identity), identity.tokenHash);
        return reply.code(204).send(null);
      },
    );
  };
}
