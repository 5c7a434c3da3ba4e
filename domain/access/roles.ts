// Who may do what. One table, asked by the server for HTTP and socket.io alike and by the dashboard to hide what would be refused.

export const roles = ['viewer', 'operator', 'supervisor', 'emergencyTeam', 'engineer', 'auditor', 'administrator'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'plant.read',
  'readings.read',
  'alarms.read',
  'alarms.acknowledge',
  'alarms.reset',
  'alarms.comment',
  'alarms.shelve',
  'alarms.removeFromService',
  'journal.read',
  'health.read',
  'users.manage',
  /** One's own session and password. */
  'session.own',
] as const;
export type Permission = (typeof permissions)[number];

const readAll: readonly Permission[] = ['session.own', 'plant.read', 'readings.read', 'alarms.read', 'journal.read', 'health.read'];

const permissionsByRole: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(['session.own', 'plant.read', 'readings.read', 'alarms.read']),
  operator: new Set([...readAll, 'alarms.acknowledge', 'alarms.reset', 'alarms.comment', 'alarms.shelve']),
  supervisor: new Set([...readAll, 'alarms.acknowledge', 'alarms.reset', 'alarms.comment', 'alarms.shelve', 'alarms.removeFromService']),
  emergencyTeam: new Set(['session.own', 'plant.read', 'readings.read', 'alarms.read', 'alarms.acknowledge', 'alarms.comment']),
  engineer: new Set([...readAll, 'alarms.comment', 'alarms.removeFromService']),
  auditor: new Set(readAll),
  administrator: new Set([...readAll, 'users.manage']),
};

export function mayDo(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].has(permission);
}

export function permissionsOf(role: Role): readonly Permission[] {
  return permissions.filter((permission) => mayDo(role, permission));
}
