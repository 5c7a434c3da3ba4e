// The `northbound` section, checked and resolved: unknown stations, secrets that are not named, and traffic that would go unprotected are errors.
import type { NorthboundFile, NorthboundLanguage, ServerSecurityPolicy } from './northbound-schema.ts';
import type { PathPart, PlantIssues } from './plant-issues.ts';

export interface SecretSource {
  readonly env: string | null;
  readonly file: string | null;
}

export interface OpcuaServerSettings {
  readonly host: string;
  readonly advertisedHost: string;
  readonly port: number;
  readonly stationIndexes: readonly number[];
  readonly securityPolicies: readonly ServerSecurityPolicy[];
  readonly isInsecure: boolean;
  readonly mayAnonymousRead: boolean;
  /** Lower case SHA-1. */
  readonly trustedThumbprints: readonly string[];
  readonly language: NorthboundLanguage;
  readonly maxSessions: number;
}

export interface SparkplugSettings {
  readonly broker: string;
  readonly group: string;
  readonly node: string;
  readonly stationIndexes: readonly number[];
  readonly user: { readonly name: string; readonly password: SecretSource } | null;
  readonly authorityFile: string | null;
  readonly isInsecure: boolean;
  readonly intervalMs: number;
  readonly storedMessagesMax: number;
}

export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  readonly secret: SecretSource;
  readonly kinds: readonly string[];
  /** Null for every station, and for what belongs to none. */
  readonly stationIds: readonly string[] | null;
  readonly isInsecure: boolean;
  readonly timeoutMs: number;
}

export interface Northbound {
  readonly opcua: OpcuaServerSettings | null;
  readonly sparkplug: SparkplugSettings | null;
  readonly webhooks: readonly WebhookSettings[];
}

interface Context {
  readonly companyId: string;
  readonly stationIndexById: ReadonlyMap<string, number>;
  readonly issues: PlantIssues;
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

export function compileNorthbound(file: NorthboundFile, context: Context): Northbound {
  return {
    opcua: file.opcua === undefined ? null : compileOpcua(file.opcua, context),
    sparkplug: file.sparkplug === undefined ? null : compileSparkplug(file.sparkplug, context),
    webhooks: file.webhooks.map((webhook, index) => compileWebhook(webhook, file.webhooks, index, context)),
  };
}

function compileOpcua(file: NonNullable<NorthboundFile['opcua']>, context: Context): OpcuaServerSettings {
  const path: PathPart[] = ['northbound', 'opcua'];
  if (file.anonymous === 'read' && !loopbackHosts.has(file.host))
    context.issues.warning([...path, 'anonymous'], 'everybody who reaches this address may read every value without a name');
  if (file.insecure)
    context.issues.warning(
      [...path, 'insecure'],
      'an endpoint without signature and encryption is offered; passwords can be read on the way',
    );
  return {
    host: file.host,
    advertisedHost: file.advertisedHost ?? (file.host === '0.0.0.0' || file.host === '::' ? '' : file.host),
    port: file.port,
    stationIndexes: stationIndexes(file.stations, [...path, 'stations'], context),
    securityPolicies: file.securityPolicies,
    isInsecure: file.insecure,
    mayAnonymousRead: file.anonymous === 'read',
    trustedThumbprints: file.trustedClients.map((thumbprint) => thumbprint.toLowerCase()),
    language: file.language,
    maxSessions: file.maxSessions,
  };
}

function compileSparkplug(file: NonNullable<NorthboundFile['sparkplug']>, context: Context): SparkplugSettings {
  const path: PathPart[] = ['northbound', 'sparkplug'];
  const { protocol, hostname } = new URL(file.broker);
  if (protocol === 'mqtt:' && !loopbackHosts.has(hostname) && !file.insecure)
    context.issues.error([...path, 'broker'], 'mqtt:// to another machine is not encrypted: use mqtts://, or say insecure: true');
  if (file.user !== undefined && file.user.passwordEnv === undefined && file.user.passwordFile === undefined)
    context.issues.error([...path, 'user'], 'name the password by passwordEnv or passwordFile; a password never stands in the plant file');
  return {
    broker: file.broker,
    group: file.group ?? context.companyId,
    node: file.node,
    stationIndexes: stationIndexes(file.stations, [...path, 'stations'], context),
    user:
      file.user === undefined
        ? null
        : { name: file.user.name, password: { env: file.user.passwordEnv ?? null, file: file.user.passwordFile ?? null } },
    authorityFile: file.authorityFile ?? null,
    isInsecure: protocol === 'mqtt:' && !loopbackHosts.has(hostname),
    intervalMs: file.interval,
    storedMessagesMax: file.storedMessagesMax,
  };
}

function compileWebhook(
  file: NorthboundFile['webhooks'][number],
  all: NorthboundFile['webhooks'],
  index: number,
  context: Context,
): WebhookSettings {
  const path: PathPart[] = ['northbound', 'webhooks', index];
  if (all.findIndex((other) => other.name === file.name) !== index)
    context.issues.error([...path, 'name'], `two webhooks are named ${file.name}: each keeps its place in the journal by its name`);
  if (file.secretEnv === undefined && file.secretFile === undefined)
    context.issues.error(path, 'name the signing secret by secretEnv or secretFile: a receiver must be able to tell who sent it');
  const { protocol, hostname } = new URL(file.url);
  const isUnprotected = protocol === 'http:' && !loopbackHosts.has(hostname);
  if (isUnprotected && !file.insecure)
    context.issues.error([...path, 'url'], 'http:// to another machine is not encrypted: use https://, or say insecure: true');
  stationIndexes(file.stations, [...path, 'stations'], context);
  return {
    name: file.name,
    url: file.url,
    secret: { env: file.secretEnv ?? null, file: file.secretFile ?? null },
    kinds: file.kinds,
    stationIds: file.stations ?? null,
    isInsecure: isUnprotected,
    timeoutMs: file.timeout,
  };
}

function stationIndexes(ids: readonly string[] | undefined, path: readonly PathPart[], context: Context): readonly number[] {
  if (ids === undefined) return [...context.stationIndexById.values()];
  return ids.flatMap((id, index) => {
    const found = context.stationIndexById.get(id);
    if (found === undefined) context.issues.error([...path, index], `station ${id} is not defined`);
    return found === undefined ? [] : [found];
  });
}
