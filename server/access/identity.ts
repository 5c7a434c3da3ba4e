// Somebody whom the server knows, and what he may do now. Made anew for every request: nothing here outlives it.
import type { Permission, Role } from '../../domain/access/roles.ts';
import type { DutyBefore, SessionView } from '../../domain/api/session-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';

export interface Identity {
  /** An integration with a token, or a person with a session. */
  readonly kind: 'person' | 'token';
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  /** What may be done with this session or token: less than the role where something must be done first, or the token is narrower. */
  readonly permissions: ReadonlySet<Permission>;
  readonly stationIds: ReadonlySet<string> | null;
  readonly expiresAtMs: number;
  readonly tokenHash: string;
  readonly mustDo: DutyBefore | null;
  /** This session was opened by the company's directory. */
  readonly isOfDirectory?: boolean;
}

export function isAllowed(identity: Identity, permission: Permission, stationId: string | null): boolean {
  return identity.permissions.has(permission) && (stationId === null || maySee(identity, stationId));
}

export function maySee(identity: Pick<Identity, 'stationIds'>, stationId: string): boolean {
  return identity.stationIds === null || identity.stationIds.has(stationId);
}

export function actorOf(identity: Identity): JournalActor {
  return identity.kind === 'token'
    ? { kind: 'system', part: `integration ${identity.displayName}` }
    : { kind: 'person', username: identity.username, displayName: identity.displayName };
}

export function sessionView(identity: Identity): SessionView {
  return {
    username: identity.username,
    displayName: identity.displayName,
    role: identity.role,
    permissions: [...identity.permissions],
    stationIds: identity.stationIds === null ? null : [...identity.stationIds],
    expiresAtMs: identity.expiresAtMs,
    mustDo: identity.mustDo,
    isOfDirectory: identity.isOfDirectory === true,
  };
}
