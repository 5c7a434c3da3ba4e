// The coverage audit over HTTP: what the last one found, and one at once.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { type CoverageAudit, coverageAuditSchema } from '../../domain/api/hazard-api.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import type { CoverageAudits } from './coverage-audits.ts';

export function auditRoutes(audits: CoverageAudits): FastifyPluginAsyncZod {
  const seenBy = (identity: Identity, audit: CoverageAudit): CoverageAudit => ({
    ...audit,
    gaps: audit.gaps.filter(({ stationId }) => maySee(identity, stationId)),
  });
  return async (app) => {
    app.get(
      '/api/hazards/audit',
      { schema: { response: { 200: coverageAuditSchema.nullable() } }, config: { permission: 'hazards.read' } },
      async (request) => {
        const latest = audits.latest();
        return latest === null ? null : seenBy(identityOf(request), latest);
      },
    );
    app.post(
      '/api/hazards/audit',
      { schema: { response: { 200: coverageAuditSchema } }, config: { permission: 'hazards.manage' } },
      async (request) => seenBy(identityOf(request), await audits.run()),
    );
  };
}
