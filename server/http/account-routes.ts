// One's own account: sessions, password, second factor. Everything here asks for a session of a person; a token has none.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { needsSecondFactor } from '../../domain/access/access-policy.ts';
import {
  accountViewSchema,
  beginSecondFactorSchema,
  begunSecondFactorSchema,
  confirmSecondFactorSchema,
  proveSchema,
  recoveryCodesSchema,
} from '../../domain/api/account-api.ts';
import { changeOwnPasswordSchema } from '../../domain/api/users-api.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf } from '../access/identity.ts';
import { proveOneself } from '../access/own-proof.ts';
import { passwordFault, passwordFaultText } from '../access/password-rules.ts';
import { identityOf } from './create-app.ts';
import { ProblemError } from './problem-error.ts';

/** Guessing at a code with a session in hand is bounded here, and by the delay after wrong codes. */
const guesses = { max: 30, timeWindow: 60_000 };

export function accountRoutes(access: AccessControl): FastifyPluginAsyncZod {
  const config = { permission: 'session.own' } as const;
  const { secondFactors, policy } = access;

  async function refuseDirectory(username: string): Promise<void> {
    if ((await access.accounts.ofDirectory()).has(username))
      throw new ProblemError(422, 'Refused', { detail: 'Password and second factor of this account are kept by the company’s directory.' });
  }

  return async (app) => {
    app.get('/api/account', { schema: { response: { 200: accountViewSchema } }, config }, async (request) => {
      const { username, role, tokenHash } = identityOf(request);
      const [sessions, row, isEnrolled, recoveryCodesLeft, ofDirectory] = await Promise.all([
        access.sessions.all(),
        access.accounts.row(username),
        secondFactors.isEnrolled(username),
        secondFactors.recoveryCodesLeft(username),
        access.accounts.ofDirectory(),
      ]);
      return {
        sessions: sessions
          .filter((session) => session.username === username)
          .map(({ tokenHash: hash, username: _, ...session }) => ({ ...session, isOwn: hash === tokenHash })),
        secondFactor: { isEnrolled, isRequired: needsSecondFactor(policy, role), recoveryCodesLeft },
        passwords: { minimumLength: policy.passwords.minimumLength, changedAtMs: row?.password_changed_at_ms ?? null },
        isOfDirectory: ofDirectory.has(username),
      };
    });

    app.post(
      '/api/account/sessions/:id/end',
      { schema: { params: z.object({ id: z.string() }), response: { 204: z.null() } }, config },
      async (request, reply) => {
        const identity = identityOf(request);
        if (!(await access.sessions.revoke(request.params.id, actorOf(identity), identity.username)))
          throw new ProblemError(404, 'Not found', { detail: 'There is no such session of yours: it has ended.' });
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/session/password',
      { schema: { body: changeOwnPasswordSchema, response: { 204: z.null() } }, config: { ...config, rateLimit: guesses } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { current, password, code } = request.body;
        await refuseDirectory(identity.username);
        await requireGoodPassword(access, identity.username, password, current);
        await proveOneself(access, identity, { password: current, code });
        await access.setPassword(identity.username, password, actorOf(identity), identity.tokenHash);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/account/second-factor',
      {
        schema: { body: beginSecondFactorSchema, response: { 200: begunSecondFactorSchema } },
        config: { ...config, rateLimit: guesses },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        await refuseDirectory(identity.username);
        if (await secondFactors.isEnrolled(identity.username)) throw enrolledAlready();
        await proveOneself(access, identity, request.body);
        const begun = await secondFactors.begin(identity.username);
        if (begun === null) throw enrolledAlready();
        return reply.header('cache-control', 'no-store').send(begun);
      },
    );

    app.post(
      '/api/account/second-factor/confirm',
      {
        schema: { body: confirmSecondFactorSchema, response: { 200: recoveryCodesSchema } },
        config: { ...config, rateLimit: guesses },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const recoveryCodes = await access.confirmSecondFactor(identity, request.body.code, actorOf(identity));
        if (recoveryCodes === null)
          throw new ProblemError(403, 'Refused', {
            detail: 'The code is wrong. Look whether the clock of the phone is right, and give the newest code.',
            extra: { reason: 'wrongCode' },
          });
        return reply.header('cache-control', 'no-store').send({ recoveryCodes: [...recoveryCodes] });
      },
    );

    app.post(
      '/api/account/second-factor/recovery-codes',
      { schema: { body: proveSchema, response: { 200: recoveryCodesSchema } }, config: { ...config, rateLimit: guesses } },
      async (request, reply) => {
        const identity = identityOf(request);
        await requireEnrolled(identity.username);
        await proveOneself(access, identity, request.body);
        const recoveryCodes = await secondFactors.renewRecoveryCodes(identity.username, actorOf(identity));
        return reply.header('cache-control', 'no-store').send({ recoveryCodes: [...recoveryCodes] });
      },
    );

    app.post(
      '/api/account/second-factor/remove',
      { schema: { body: proveSchema, response: { 204: z.null() } }, config: { ...config, rateLimit: guesses } },
      async (request, reply) => {
        const identity = identityOf(request);
        await requireEnrolled(identity.username);
        if (needsSecondFactor(policy, identity.role))
          throw new ProblemError(422, 'Refused', { detail: 'Your role needs a second factor. A lost one is reset by an administrator.' });
        await proveOneself(access, identity, request.body);
        await secondFactors.remove(identity.username, 'secondFactor.remove', actorOf(identity));
        return reply.code(204).send(null);
      },
    );
  };

  async function requireEnrolled(username: string): Promise<void> {
    if (!(await secondFactors.isEnrolled(username)))
      throw new ProblemError(409, 'No second factor', { detail: 'You have no second factor.' });
  }
}

export async function requireGoodPassword(
  access: AccessControl,
  username: string,
  password: string,
  current: string | null = null,
): Promise<void> {
  const fault = password === current ? 'sameAgain' : await passwordFault(password, username, access.policy);
  if (fault === null) return;
  const message = passwordFaultText[fault](access.policy);
  throw new ProblemError(400, 'Bad request', {
    detail: `password: ${message}`,
    extra: { reason: fault, errors: [{ path: 'password', message }] },
  });
}

function enrolledAlready(): ProblemError {
  return new ProblemError(409, 'Second factor there', { detail: 'You have a second factor: remove it first.' });
}
