// A second person signs with his own name and password, and must himself be allowed to do it: approvals of shelving, out of service, settings.
import { type Permission, permissionsUnder } from '../../domain/access/roles.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { AccessControl } from './access-control.ts';
import { type Identity, maySee } from './identity.ts';

export type SecondPerson = { readonly username: string; readonly password: string; readonly code?: string | undefined };

/**
 * The approver's username. 403 where he is unknown, gave a wrong password, lacks `permission` or may not see the station; the refusal is journaled.
 * `stationId` null: it concerns no one station. That he is another person is the rules' business.
 */
export async function approveBySecondPerson(
  access: AccessControl,
  identity: Identity,
  approver: SecondPerson,
  permission: Permission,
  stationId: string | null,
): Promise<string> {
  const result = await access.verify(approver, { place: identity.tokenHash, device: null });
  if (result.kind === 'codeNeeded' && !result.wasWrong) throw codeNeeded('The approver has a second factor: give its code too.');
  const may = result.kind === 'ok' && permissionsUnder(result.role, access.policy.areAdministratorsSeparate).has(permission);
  if (result.kind !== 'ok' || !may || (stationId !== null && !maySee(result, stationId))) {
    await access.auditRefusal(identity, `approval by ${approver.username}`);
    throw new ProblemError(403, 'Approval refused', {
      detail: 'The approver is unknown, the password is wrong, or he may not do it at this place.',
      extra: { reason: 'approvalRefused' },
    });
  }
  return approver.username;
}

/** Of 403 here and of 401 at the sign-in: the page asks for the code. */
export function codeNeeded(detail: string, status: 401 | 403 = 403): ProblemError {
  return new ProblemError(status, 'Second factor needed', { detail, extra: { reason: 'secondFactor' } });
}
