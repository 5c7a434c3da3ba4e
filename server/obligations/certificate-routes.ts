// Certificates over HTTP: GET, POST /api/certificates; POST /api/certificates/{id}/revoke.
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
import type { Plant } from '../../domain/plant/plant.ts';
import { type AccessControl, actorOf, type Identity, maySee } from '../access/access-control.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { CertificateResult, Certificates } from './certificates.ts';
import type { CertificateTable } from './obligation-tables.ts';

export function certificateRoutes(options: {
  readonly plant: Plant;
  readonly access: Pick<AccessControl, 'users'>;
  readonly certificates: Certificates;
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { plant, access, certificates, announce } = options;
  const detectors = plant.points.filter((point) => point.role === 'gasDetector');
  const stationOfPoint = (pointId: string): string | null => {
    const point = plant.points[plant.pointIndexById.get(pointId) ?? -1];
    return point === undefined ? null : (plant.stations[point.stationIndex]?.id ?? null);
  };
  const stationOf = (row: Pick<CertificateTable, 'holder_kind' | 'holder_id'>) =>
    row.holder_kind === 'instrument' ? stationOfPoint(row.holder_id) : null;

  function isSeen(identity: Identity, row: CertificateTable): boolean {
    const stationId = stationOf(row);
    return stationId === null ? row.holder_kind === 'person' : maySee(identity, stationId);
  }

  async function viewer(): Promise<(row: CertificateTable) => CertificateView> {
    const names = new Map((await access.users()).map((user) => [user.username, user.displayName]));
    return (row) => {
      const isPerson = row.holder_kind === 'person';
      const name = names.get(row.holder_id) ?? row.holder_id;
      return {
        id: row.certificate_id,
        holderKind: isPerson ? 'person' : 'instrument',
        holderId: row.holder_id,
        holderName: isPerson
          ? { zh: name, en: name }
          : (plant.points[plant.pointIndexById.get(row.holder_id) ?? -1]?.name ?? { zh: row.holder_id, en: row.holder_id }),
        title: row.title,
        number: row.number,
        issuer: row.issuer,
        validFromMs: row.valid_from_ms,
        expiresAtMs: row.expires_at_ms,
        addedBy: row.added_by,
        addedAtMs: row.added_at_ms,
        revoked:
          row.revoked_at_ms === null ? null : { atMs: row.revoked_at_ms, by: row.revoked_by ?? '', reason: row.revoked_reason ?? '' },
      };
    };
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
      async (request) => {
        const identity = identityOf(request);
        const view = await viewer();
        const users = await access.users();
        return {
          certificates: (await certificates.list()).filter((row) => isSeen(identity, row)).map(view),
          people: users
            .filter((user) => !user.isDisabled && mayDo(user.role, 'duty.watch'))
            .map(({ username, displayName }) => ({ username, displayName })),
          instruments: detectors.flatMap((point) => {
            const stationId = plant.stations[point.stationIndex]?.id ?? '';
            return maySee(identity, stationId) ? [{ pointId: point.id, stationId, name: point.name }] : [];
          }),
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
        const stationId = body.holderKind === 'instrument' ? stationOfPoint(body.holderId) : null;
        if (body.holderKind === 'instrument' && (stationId === null || !maySee(identity, stationId)))
          throw bad('holderId', `there is no point ${body.holderId}`);
        if (body.holderKind === 'person' && !(await access.users()).some((user) => user.username === body.holderId))
          throw bad('holderId', `there is no person ${body.holderId}`);
        return answer(await certificates.add(body, stationId, { username: identity.username, actor: actorOf(identity) }));
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
        const row = (await certificates.list()).find((candidate) => candidate.certificate_id === request.params.id);
        if (row === undefined || !isSeen(identity, row)) return answer({ kind: 'unknown' });
        return answer(
          await certificates.revoke(row.certificate_id, request.body.reason, stationOf, {
            username: identity.username,
            actor: actorOf(identity),
          }),
        );
      },
    );
  };
}
