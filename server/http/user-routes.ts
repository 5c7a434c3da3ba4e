// People who may sign in, their sessions and second factors, for administrators.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  addUserSchema,
  changeUserSchema,
  personViewSchema,
  sessionInfoSchema,
  setPasswordSchema,
  userViewSchema,
} from '../../domain/api/users-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf } from '../access/identity.ts';
import { requireGoodPassword } from './account-routes.ts';
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
    app.get('/api/users', { schema: { response: { 200: z.array(personViewSchema) } }, config }, async () => {
      const [users, enrolled, ofDirectory] = await Promise.all([
        access.users(),
        access.secondFactors.enrolled(),
        access.accounts.ofDirectory(),
      ]);
      return users.map((user) => ({
        ...user,
        hasSecondFactor: enrolled.has(user.username),
        isOfDirectory: ofDirectory.has(user.username),
      }));
    });

    app.post('/api/users', { schema: { body: addUserSchema, response: { 201: userViewSchema } }, config }, async (request, reply) => {
      const { stationIds, ...user } = request.body;
      requireStations(stationIds ?? []);
      await requireGoodPassword(access, user.username, user.password);
      const added = await access.addUser({ ...user, stationIds: stationIds ?? null }, actorOf(identityOf(request)));
      if (added === null) throw new ProblemError(409, 'Name taken', { detail: `There is a user ${user.username} already.` });
      return reply.code(201).send(added);
    });

    app.post(
      '/api/users/:username/password',
      { schema: { params, body: setPasswordSchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        const { username } = request.params;
        await requireGoodPassword(access, username, request.body.password);
        if ((await access.accounts.ofDirectory()).has(username))
          throw new ProblemError(422, 'Refused', { detail: 'The password of this person is kept by the company’s directory.' });
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
      return (await access.sessions.all()).map(({ tokenHash, ...session }) => ({ ...session, isOwn: tokenHash === own }));
    });

    app.post(
      '/api/sessions/:id/end',
      { schema: { params: z.object({ id: z.string() }), response: { 204: z.null() } }, config },
      async (request, reply) => {
        if (!(await access.sessions.revoke(request.params.id, actorOf(identityOf(request)), null)))
          throw new ProblemError(404, 'Not found', { detail: 'There is no such session: it has ended.' });
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/api/users/:username/second-factor',
      { schema: { params, response: { 204: z.null() } }, config },
      async (request, reply) => {
        const { username } = request.params;
        const identity = identityOf(request);
        if (username === identity.username)
          throw new ProblemError(422, 'Refused', { detail: 'Nobody resets his own second factor: another administrator does.' });
        if ((await access.person(username)) === null) throw unknown(username);
        if (!(await access.secondFactors.remove(username, 'secondFactor.reset', actorOf(identity))))
          throw new ProblemError(409, 'No second factor', { detail: `${username} has no second factor.` });
        return reply.code(204).send(null);
      },
    );

    app.delete('/api/users/:username/sessions', { schema: { params, response: { 204: z.null() } }, config }, async (request, reply) => {
      const { username } = request.params;
      const identity = identityOf(request);
      if (!(await access.endSessionsOf(username, actorOf(identity), identity.tokenHash))) throw unknown(username);
      return reply.code(204).send(null);
    });
  };
}
