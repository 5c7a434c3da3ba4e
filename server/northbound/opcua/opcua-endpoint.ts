// The OPC UA server itself: security, sign-in, address space, conditions, and the guard before its services. Runs in the OPC UA thread.
import { hostname } from 'node:os';
import path from 'node:path';
import {
  type ISessionContext,
  MessageSecurityMode,
  type MonitoredItem,
  OPCUACertificateManager,
  OPCUAServer,
  resolveNodeId,
  SecurityPolicy,
  type ServerSession,
  StatusCodes,
  type UAObject,
} from 'node-opcua';
import type { OpcuaServerSettings } from '../../../domain/plant/compile-northbound.ts';
import { thumbprintOf } from './client-certificates.ts';
import { openClientTrust } from './client-trust.ts';
import type { Condition } from './condition.ts';
import type { FieldContext } from './condition-fields.ts';
import { ConditionNodes } from './condition-nodes.ts';
import { ConditionTable } from './condition-table.ts';
import { EventFlow } from './event-flow.ts';
import { GuardedServices } from './guarded-services.ts';
import type { OpcuaAction, OpcuaAnswer, OpcuaGrant, OpcuaModel } from './opcua-messages.ts';
import { buildPlantNodes } from './plant-nodes.ts';
import { StationRights } from './station-rights.ts';
import { ValueTable } from './value-table.ts';

export interface OpcuaEndpointOptions {
  readonly model: OpcuaModel;
  readonly settings: OpcuaServerSettings;
  readonly pkiDir: string;
  readonly version: string;
  readonly signIn: (username: string, password: string, from: string) => Promise<OpcuaGrant | null>;
  readonly signOut: (grantId: string) => void;
  readonly act: (grantId: string | null, alarmIndex: number, action: OpcuaAction, client: string) => Promise<OpcuaAnswer>;
  readonly refused: (grantId: string | null, what: string) => void;
  readonly certificateRefused: (certificate: { readonly thumbprint: string; readonly subject: string; readonly status: string }) => void;
}

/** What the thread feeds. */
export interface OpcuaParts {
  readonly values: ValueTable;
  readonly conditions: ConditionTable;
  readonly flow: EventFlow;
}

export interface OpcuaEndpoint {
  readonly endpoint: string;
  readonly certificateThumbprint: string;
  readonly values: ValueTable;
  readonly conditions: ConditionTable;
  readonly sessions: number;
  readonly subscriptions: number;
  revoke(grantId: string): void;
  stop(): Promise<void>;
}

export async function createOpcuaEndpoint(options: OpcuaEndpointOptions, prepare: (parts: OpcuaParts) => void): Promise<OpcuaEndpoint> {
  const { model, settings, pkiDir } = options;
  const trust = await openClientTrust({ pkiDir, trustedThumbprints: settings.trustedThumbprints, onRefused: options.certificateRefused });
  // People sign in with name and password; a certificate is never a person here, and this store stays empty.
  const userTrust = new OPCUACertificateManager({
    rootFolder: path.join(pkiDir, 'users'),
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await userTrust.initialize();
  const sessions = new SessionGrants(options);
  let flow: EventFlow | null = null;
  const server = new OPCUAServer({
    host: settings.host,
    hostname: settings.advertisedHost === '' ? hostname() : settings.advertisedHost,
    port: settings.port,
    serverCertificateManager: trust,
    userCertificateManager: userTrust,
    certificateFile: path.join(pkiDir, 'own', 'certs', 'gatewatch.pem'),
    securityModes: [MessageSecurityMode.SignAndEncrypt, ...(settings.isInsecure ? [MessageSecurityMode.None] : [])],
    securityPolicies: [
      ...settings.securityPolicies.map((name) => SecurityPolicy[name]),
      ...(settings.isInsecure ? [SecurityPolicy.None] : []),
    ],
    allowAnonymous: settings.mayAnonymousRead,
    isAuditing: false,
    userManager: {
      isValidUserAsync(this: ServerSession, username, password, answer) {
        sessions.signIn(this, username, password).then(
          (isRight) => answer(null, isRight),
          (error: unknown) => answer(error as Error),
        );
      },
      getUserRoles: (username) => sessions.rolesOf(username),
    },
    serverInfo: {
      applicationUri: `urn:gatewatch:northbound:${model.company.id}`,
      productUri: 'urn:gatewatch',
      applicationName: { text: `Gatewatch ${model.company.name.zh}` },
    },
    buildInfo: { productName: 'Gatewatch', productUri: 'urn:gatewatch', manufacturerName: 'Gatewatch', softwareVersion: options.version },
    serverCapabilities: {
      maxSessions: settings.maxSessions,
      maxSubscriptionsPerSession: 20,
      maxMonitoredItems: 500_000,
      operationLimits: {
        maxNodesPerRead: 5_000,
        maxNodesPerBrowse: 2_000,
        maxNodesPerWrite: 100,
        maxNodesPerMethodCall: 100,
        maxMonitoredItemsPerCall: 5_000,
        maxNodesPerTranslateBrowsePathsToNodeIds: 2_000,
      },
    },
    maxConnectionsPerEndpoint: settings.maxSessions + 10,
    onCreateMonitoredItem: async (subscription, item) => {
      flow?.created(subscription, item as MonitoredItem);
      return StatusCodes.Good;
    },
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error('the OPC UA server has no address space');
  // ConditionRefresh is the library's; every other method of a condition goes another way, see GuardedServices.
  addressSpace.installAlarmsAndConditionsService();
  const namespace = addressSpace.registerNamespace(`urn:gatewatch:plant:${model.company.id}`);
  const rights = new StationRights(model, namespace.index, settings.mayAnonymousRead);
  sessions.giveRights(rights);
  const values = new ValueTable(model.points);
  const definitions = [...model.alarms];
  const nodes = await buildPlantNodes({
    addressSpace,
    namespace,
    model,
    values,
    rights,
    language: settings.language,
    definitionOf: (index) => definitions[index],
  });
  const context: FieldContext = {
    language: settings.language,
    unitOf: ({ definition }) => (definition.pointIndex === null ? '' : (model.points[definition.pointIndex]?.unit ?? '')),
    conditionClassId: (name) => addressSpace.findObjectType(name)?.nodeId.toString() ?? 'i=11163',
    reannounceAfterMs: model.reannounceAfterMs,
    nowMs: () => Date.now(),
  };
  const conditions = await ConditionTable.build({ addressSpace, namespace, model, nodes, values, rights, context, definitions });
  const conditionNodes = new ConditionNodes({ namespace, table: conditions, rights, context });
  flow = new EventFlow({ addressSpace, conditions: conditions.size, refresh: () => conditions.refresh(), nowMs: context.nowMs });
  const { engine } = server;
  if (engine.addressSpaceAccessor === null) throw new Error('the OPC UA server has no services');
  const services = new GuardedServices({
    inner: engine.addressSpaceAccessor,
    addressSpace,
    conditionNodes,
    act: (session, condition: Condition, action) =>
      options.act(sessions.grantOf(session)?.grantId ?? null, condition.index, action, clientNameOf(session)),
    refused: (session, what) => options.refused(sessions.grantOf(session)?.grantId ?? null, what),
  });
  engine.addressSpaceAccessor = services;
  const translate = engine.translateBrowsePath.bind(engine);
  engine.translateBrowsePath = (browsePath) => {
    services.showFor(browsePath.startingNode);
    return translate(browsePath);
  };
  // The library would walk the whole plant for its own kind of conditions; ours are in one table.
  const serverObject = addressSpace.rootFolder.objects.server as UAObject & { _conditionRefresh?: () => void };
  serverObject._conditionRefresh = () => conditions.refresh();
  server.on('session_closed', (session) => sessions.ended(session));
  prepare({ values, conditions, flow });
  await server.start();
  return {
    endpoint: server.getEndpointUrl(),
    certificateThumbprint: thumbprintOf(server.getCertificate()),
    values,
    conditions,
    get sessions() {
      return engine.currentSessionCount;
    },
    get subscriptions() {
      return engine.currentSubscriptionCount;
    },
    revoke: (grantId) => {
      for (const session of sessions.ofGrant(grantId)) engine.closeSession(session.authenticationToken, true, 'Terminated');
    },
    async stop() {
      await server.shutdown(100);
      await trust.dispose();
      await userTrust.dispose();
    },
  };
}

function clientNameOf(context: ISessionContext): string {
  const { clientDescription } = (context.session ?? {}) as Partial<ServerSession>;
  return clientDescription?.applicationName?.text ?? clientDescription?.applicationUri ?? 'unknown client';
}

/** Who is behind which session. */
class SessionGrants {
  readonly #options: Pick<OpcuaEndpointOptions, 'signIn' | 'signOut'>;
  readonly #grants = new Map<ServerSession, OpcuaGrant>();
  #rights: StationRights | null = null;

  constructor(options: Pick<OpcuaEndpointOptions, 'signIn' | 'signOut'>) {
    this.#options = options;
  }

  giveRights(rights: StationRights): void {
    this.#rights = rights;
  }

  async signIn(session: ServerSession, username: string, password: string): Promise<boolean> {
    const grant = await this.#options.signIn(username, password, session.channel?.remoteAddress ?? 'unknown address');
    if (grant === null) return false;
    this.ended(session);
    this.#grants.set(session, grant);
    return true;
  }

  ended(session: ServerSession): void {
    const grant = this.#grants.get(session);
    if (grant === undefined) return;
    this.#grants.delete(session);
    this.#options.signOut(grant.grantId);
  }

  grantOf(context: ISessionContext): OpcuaGrant | null {
    return this.#grants.get(context.session as unknown as ServerSession) ?? null;
  }

  ofGrant(grantId: string): readonly ServerSession[] {
    return [...this.#grants].filter(([, grant]) => grant.grantId === grantId).map(([session]) => session);
  }

  /** Asked by the library at every access, by name: all sessions of a person have the same rights. Nobody who is not signed in has any. */
  rolesOf(username: string) {
    for (const grant of this.#grants.values())
      if (grant.username === username) return this.#rights?.rolesOf(grant.stationIds) ?? [resolveNodeId('i=15644')];
    return [resolveNodeId('i=15644')];
  }
}
