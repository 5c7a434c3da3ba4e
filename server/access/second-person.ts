// A second person signs with his own name and password, and must himself be allowed to do it: approvals of shelving, out of service, settings.
import { mayDo, type Permission } from '../../domain/access/roles.ts';
import { ProblemError } from '../http/problem-error.ts';
import { type AccessControl, type Identity, maySee } from './access-control.ts';

export type SecondPerson = { readonly username: string; readonly password: string };

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
  const result = await access.verify(approver.username, approver.password);
  if (result.kind !== 'ok' || !mayDo(result.role, permission) || (stationId !== null && !maySee(result, stationId))) {
    await access.auditRefusal(identity, `approval by ${approver.username}`);
    throw new ProblemError(403, 'Approval refused', {
      detail: 'The approver is unknown, the password is wrong, or he may not do it at this place.',
      extra: { reason: 'approvalRefused' },
    });
  }
  return approver.username;
}
