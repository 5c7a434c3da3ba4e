// Certificates of people over HTTP: GET, POST /api/certificates; POST /api/certificates/{id}/revoke.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { mayDo } from '../../domain/access/roles.ts';
import {
  addCertificateSchema,
  type CertificateView,
  certificateListSchema,
  certificateViewSchema,
  revokeCertificateSchema,
} from '../../domain/api/obligations-api.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { CertificateResult, Certificates } from './certificates.ts';
import type { CertificateTable } from './obligation-tables.ts';

export function certificateRoutes(options: {
  readonly access: Pick<AccessControl, 'users'>;
  readonly certificates: Certificates;
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { access, certificates, announce } = options;

  async function viewer(): Promise<(row: CertificateTable) => CertificateView> {
    const names = new Map((await access.users()).map((user) => [user.username, user.displayName]));
    return (row) => ({
      id: row.certificate_id,
      username: row.holder_id,
      displayName: names.get(row.holder_id) ?? row.holder_id,
      title: row.title,
      number: row.number,
      issuer: row.issuer,
      validFromMs: row.valid_from_ms,
      expiresAtMs: row.expires_at_ms,
      addedBy: row.added_by,
      addedAtMs: row.added_at_ms,
      revoked: row.revoked_at_ms === null ? null : { atMs: row.revoked_at_ms, by: row.revoked_by ?? '', reason: row.revoked_reason ?? '' },
    });
  }

  async function answer(result: CertificateResult): Promise<CertificateView> {
    switch (result.kind) {
      case 'done':
        announce();
        return (await viewer())(result.row);
      case 'unknown':
        throw new ProblemError(404, 'Not found', { detail: 'There is no such certificate' });
      case 'exists':
        throw new ProblemError(409, 'Already there', {
          detail: `Certificate ${result.row.number} of ${result.row.issuer} is on record; revoke it first to enter it anew.`,
          extra: { current: (await viewer())(result.row) },
        });
      case 'revokedBefore':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${result.row.revoked_by ?? ''} has revoked it.`,
          extra: { current: (await viewer())(result.row) },
        });
    }
  }

  return async (app) => {
    app.get(
      '/api/certificates',
      { schema: { response: { 200: certificateListSchema } }, config: { permission: 'obligations.read' } },
      async () => {
        const view = await viewer();
        const users = await access.users();
        return {
          certificates: (await certificates.list()).map(view),
          people: users
            .filter((user) => !user.isDisabled && mayDo(user.role, 'duty.watch'))
            .map(({ username, displayName }) => ({ username, displayName })),
        };
      },
    );

    app.post(
      '/api/certificates',
      { schema: { body: addCertificateSchema, response: { 200: certificateViewSchema } }, config: { permission: 'certificates.manage' } },
      async (request) => {
        const identity = identityOf(request);
        const { body } = request;
        const bad = (path: string, message: string) =>
          new ProblemError(400, 'Bad input', { detail: message, extra: { errors: [{ path, message }] } });
        if (body.validTo < body.validFrom) throw bad('validTo', 'it ends before it begins');
        if (!(await access.users()).some((user) => user.username === body.username))
          throw bad('username', `there is no person ${body.username}`);
        return answer(await certificates.add(body, { username: identity.username, actor: actorOf(identity) }));
      },
    );

    app.post(
      '/api/certificates/:id/revoke',
      {
        schema: { params: z.object({ id: z.string() }), body: revokeCertificateSchema, response: { 200: certificateViewSchema } },
        config: { permission: 'certificates.manage' },
      },
      async (request) => {
        const identity = identityOf(request);
        const by = { username: identity.username, actor: actorOf(identity) };
        return answer(await certificates.revoke(request.params.id, request.body.reason, by));
      },
    );
  };
}
