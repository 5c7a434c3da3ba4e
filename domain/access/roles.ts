// Who may do what. One table, asked by the server for HTTP and socket.io alike and by the dashboard to hide what would be refused.

export const roles = [
  'viewer',
  'operator',
  'supervisor',
  'emergencyTeam',
  'engineer',
  'auditor',
  'authority',
  'administrator',
  'securityAdministrator',
] as const;
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
  /** Have the journal's chain walked now. */
  'journal.verify',
  /** Look at what devices hold: registers, nodes, frames. Never a write. */
  'engineering.peek',
  /** Plant file, profiles, loop tests: to read. */
  'engineering.read',
  'users.manage',
  'stations.maintain',
  'points.test',
  'alarmSettings.read',
  'alarmSettings.propose',
  'alarmSettings.approve',
  'performance.read',
  'duty.read',
  'duty.manage',
  /** Take the watch at a console, answer its checks, write its log. */
  'duty.watch',
  'notifications.read',
  'notifications.manage',
  /** Save a trend view for everybody, not for oneself alone. */
  'trends.share',
  'incidents.read',
  'incidents.open',
  'incidents.act',
  'incidents.close',
  'hazards.read',
  /** Enter a hazard, add notes and photos, begin and submit the work. */
  'hazards.report',
  /** Grade, plan, reject, strike off, reopen; sheets, calibrations, audits. */
  'hazards.manage',
  /** Accept work that others have done. */
  'hazards.accept',
  /** Have evidence bundles made, fetch them, remove them. */
  'evidence.make',
  'patrols.read',
  /** Walk rounds: confirm points, say what was found. */
  'patrols.walk',
  /** Print and replace labels, say why a round was missed. */
  'patrols.manage',
  /** How cameras stand and what is recorded; no picture. */
  'cameras.read',
  /** Look at pictures, with a reason that is kept. */
  'video.look',
  /** Who looked at which pictures, and why. */
  'video.log',
  'obligations.read',
  /** Call the emergency contacts of a station and write down who was reached. */
  'contacts.call',
  /** Enter and revoke certificates of people. */
  'certificates.manage',
  /** One's own session and password. */
  'session.own',
] as const;
export type Permission = (typeof permissions)[number];

const look: readonly Permission[] = [
  'session.own',
  'plant.read',
  'readings.read',
  'alarms.read',
  'alarmSettings.read',
  'duty.read',
  'incidents.read',
  'hazards.read',
  'patrols.read',
  'cameras.read',
];
const readAll: readonly Permission[] = [
  ...look,
  'journal.read',
  'health.read',
  'performance.read',
  'notifications.read',
  'obligations.read',
];
const respond: readonly Permission[] = [
  'video.look',
  'alarms.acknowledge',
  'alarms.comment',
  'incidents.open',
  'incidents.act',
  'hazards.report',
  'patrols.walk',
];
const operate: readonly Permission[] = [
  ...readAll,
  ...respond,
  'alarms.reset',
  'alarms.shelve',
  'duty.watch',
  'trends.share',
  'contacts.call',
];

const permissionsByRole: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(look),
  operator: new Set(operate),
  supervisor: new Set([
    ...operate,
    'alarms.removeFromService',
    'journal.verify',
    'engineering.read',
    'stations.maintain',
    'points.test',
    'alarmSettings.approve',
    'duty.manage',
    'incidents.close',
    'hazards.manage',
    'hazards.accept',
    'patrols.manage',
    'evidence.make',
    'certificates.manage',
    'video.log',
  ]),
  emergencyTeam: new Set([...look, ...respond]),
  engineer: new Set([
    ...readAll,
    'engineering.read',
    'engineering.peek',
    'video.look',
    'journal.verify',
    'alarms.comment',
    'alarms.removeFromService',
    'stations.maintain',
    'points.test',
    'alarmSettings.propose',
    'trends.share',
    'hazards.report',
    'hazards.manage',
    'hazards.accept',
    'patrols.walk',
    'patrols.manage',
  ]),
  auditor: new Set([...readAll, 'video.log', 'journal.verify', 'engineering.read', 'evidence.make']),
  /** 主管部门: looks at the stations and obligations of its companies, changes nothing. */
  authority: new Set([...look, 'video.log', 'obligations.read', 'journal.read', 'journal.verify']),
  administrator: new Set([
    ...readAll,
    'users.manage',
    'journal.verify',
    'engineering.read',
    'duty.manage',
    'notifications.manage',
    'trends.share',
    'patrols.manage',
    'evidence.make',
    'certificates.manage',
    'video.log',
  ]),
  /** 安全管理员: who may sign in and how; sees the stations, does nothing to them. */
  securityAdministrator: new Set([...look, 'health.read', 'users.manage']),
};

/** What an integration may be let do: read. Every action needs a person with a name, who is there. */
export const tokenPermissions = [
  'plant.read',
  'readings.read',
  'alarms.read',
  'incidents.read',
  'hazards.read',
  'duty.read',
  'alarmSettings.read',
  'journal.read',
  'health.read',
  'performance.read',
  'notifications.read',
  'obligations.read',
] as const satisfies readonly Permission[];
export type TokenPermission = (typeof tokenPermissions)[number];

/** With separate administrators (等保 8.1.4), who runs the system does not say who may sign in. */
export function permissionsUnder(role: Role, areAdministratorsSeparate: boolean): ReadonlySet<Permission> {
  const all = permissionsByRole[role];
  if (!areAdministratorsSeparate || role !== 'administrator') return all;
  return new Set([...all].filter((permission) => permission !== 'users.manage'));
}

export function mayDo(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].has(permission);
}
