// Who may see which node: a role for each station, and one for all stations. People get the roles of the stations that they are limited to; every node of a
// station names its role. Reading, browsing and receiving events is all that a node ever grants: writing and calling go another way or none.
import { type NodeId, PermissionFlag, type RolePermissionTypeOptions, resolveNodeId, WellKnownRoles } from 'node-opcua';
import type { OpcuaModel } from './opcua-messages.ts';

const looking = PermissionFlag.Browse | PermissionFlag.Read | PermissionFlag.ReceiveEvents;

export class StationRights {
  readonly #namespaceIndex: number;
  readonly #byStation: readonly RolePermissionTypeOptions[][];
  /** Company and areas: whoever signed in. */
  readonly ofPlant: RolePermissionTypeOptions[];

  constructor(model: OpcuaModel, namespaceIndex: number, mayAnonymousRead: boolean) {
    this.#namespaceIndex = namespaceIndex;
    const anybody = mayAnonymousRead ? [{ roleId: resolveNodeId(WellKnownRoles.Anonymous), permissions: looking }] : [];
    this.ofPlant = [{ roleId: resolveNodeId(WellKnownRoles.AuthenticatedUser), permissions: looking }, ...anybody];
    this.#byStation = model.stations.map(({ id }) => [
      { roleId: this.#role('all'), permissions: looking },
      { roleId: this.#role(id), permissions: looking },
      ...anybody,
    ]);
  }

  ofStation(stationIndex: number): RolePermissionTypeOptions[] {
    return this.#byStation[stationIndex] ?? [];
  }

  /** A fresh list: the library adds to it. */
  rolesOf(stationIds: readonly string[] | null): NodeId[] {
    const roles = stationIds === null ? [this.#role('all')] : stationIds.map((id) => this.#role(id));
    return [resolveNodeId(WellKnownRoles.AuthenticatedUser), ...roles];
  }

  #role(name: string): NodeId {
    return resolveNodeId(`ns=${this.#namespaceIndex};s=role:${name}`);
  }
}
