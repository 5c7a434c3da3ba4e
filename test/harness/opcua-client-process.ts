// An OPC UA client in a process of its own, as somebody else's SCADA would be: told over the process channel what to do, and answering in plain values.
// It is the library's client; what it proves is that the server speaks the protocol over a real socket, not that two objects agree.
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  coerceLocalizedText,
  constructEventFilter,
  DataType,
  type DataValue,
  MessageSecurityMode,
  makeBrowsePath,
  OPCUACertificateManager,
  OPCUAClient,
  resolveNodeId,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
  TimestampsToReturn,
  UserTokenType,
  Variant,
} from 'node-opcua';

setWarningLogger(() => undefined);
setErrorLogger(() => undefined);

export type ClientCommand =
  | {
      readonly do: 'connect';
      readonly endpoint: string;
      readonly pkiDir: string;
      readonly isUnsecured?: boolean;
      readonly policy?: 'Basic256Sha256' | 'Aes128_Sha256_RsaOaep' | 'Aes256_Sha256_RsaPss';
      readonly user: { readonly name: string; readonly password: string } | null;
    }
  | { readonly do: 'certificate'; readonly pkiDir: string }
  | { readonly do: 'browse'; readonly nodeId: string; readonly referenceType?: string; readonly isInverse?: boolean }
  | { readonly do: 'read'; readonly nodeIds: readonly string[]; readonly attribute?: keyof typeof AttributeIds }
  | { readonly do: 'translate'; readonly nodeId: string; readonly path: string }
  | { readonly do: 'write'; readonly nodeId: string; readonly value: number }
  | { readonly do: 'monitor'; readonly nodeIds: readonly string[]; readonly samplingMs: number }
  | {
      readonly do: 'listen';
      readonly nodeId?: string;
      readonly fields: readonly string[];
      readonly queueSize?: number;
      readonly publishingMs?: number;
    }
  | { readonly do: 'refresh' }
  | { readonly do: 'call'; readonly objectId: string; readonly methodId: string; readonly input: readonly CallInput[] }
  | { readonly do: 'disconnect' };

export type CallInput =
  | { readonly bytes: string }
  | { readonly text: string | null }
  | { readonly duration: number }
  | { readonly uint: number };

const appName = 'Third-party SCADA';
let client: OPCUAClient | null = null;
let session: ClientSession | null = null;
let subscription: ClientSubscription | null = null;

async function store(pkiDir: string): Promise<OPCUACertificateManager> {
  // A client decides for itself whom it trusts: here everybody, the server's certificate is looked at by the test.
  const manager = new OPCUACertificateManager({
    rootFolder: pkiDir,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  return manager;
}

async function createClient(pkiDir: string, options: { readonly isUnsecured: boolean; readonly policy: keyof typeof SecurityPolicy }) {
  return OPCUAClient.create({
    applicationName: appName,
    clientCertificateManager: await store(pkiDir),
    securityMode: options.isUnsecured ? MessageSecurityMode.None : MessageSecurityMode.SignAndEncrypt,
    securityPolicy: options.isUnsecured ? SecurityPolicy.None : SecurityPolicy[options.policy],
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 },
    requestedSessionTimeout: 60_000,
  });
}

function signedIn(): ClientSession {
  if (session === null) throw new Error('not connected');
  return session;
}

const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null;
  if ('namespace' in value && 'identifierType' in value) return String(value);
  if ('text' in value && 'locale' in value) return (value as { text: unknown }).text ?? null;
  if ('_value' in value && 'name' in value) return (value as { name: unknown }).name;
  return JSON.parse(JSON.stringify(value));
};

const shown = (value: DataValue) => ({
  status: value.statusCode.name,
  value: plain(value.value?.value),
  type: DataType[value.value?.dataType ?? 0],
  sourceMs: value.sourceTimestamp?.getTime() ?? null,
});

async function subscribe(publishingMs = 100): Promise<ClientSubscription> {
  subscription ??= ClientSubscription.create(signedIn(), {
    requestedPublishingInterval: publishingMs,
    // The library wants a word within the session's time-out.
    requestedMaxKeepAliveCount: publishingMs > 1_000 ? 2 : 10,
    requestedLifetimeCount: 1_000,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
    priority: 1,
  });
  const created = subscription;
  if (created.subscriptionId === 0xffff_ffff || !created.isActive)
    await new Promise<void>((resolve, reject) => {
      created.once('started', () => resolve());
      created.once('internal_error', reject);
    });
  return created;
}

const variantOf = (input: CallInput): Variant => {
  if ('bytes' in input) return new Variant({ dataType: DataType.ByteString, value: Buffer.from(input.bytes, 'hex') });
  if ('text' in input) return new Variant({ dataType: DataType.LocalizedText, value: coerceLocalizedText(input.text ?? '') });
  if ('duration' in input) return new Variant({ dataType: DataType.Double, value: input.duration });
  return new Variant({ dataType: DataType.UInt32, value: input.uint });
};

async function perform(command: ClientCommand): Promise<unknown> {
  switch (command.do) {
    case 'certificate': {
      // The library makes its certificate as it connects; nobody listens here.
      const made = await createClient(command.pkiDir, { isUnsecured: false, policy: 'Basic256Sha256' });
      await made.connect('opc.tcp://127.0.0.1:1').catch(() => undefined);
      const certificate = made.getCertificate();
      await made.disconnect();
      return Buffer.from(certificate).toString('hex');
    }
    case 'connect':
      client = await createClient(command.pkiDir, {
        isUnsecured: command.isUnsecured ?? false,
        policy: command.policy ?? 'Basic256Sha256',
      });
      await client.connect(command.endpoint);
      session = await client.createSession(
        command.user === null
          ? { type: UserTokenType.Anonymous }
          : { type: UserTokenType.UserName, userName: command.user.name, password: command.user.password },
      );
      return session.readNamespaceArray();
    case 'browse': {
      const result = await signedIn().browse({
        nodeId: command.nodeId,
        referenceTypeId: command.referenceType ?? 'HierarchicalReferences',
        browseDirection: command.isInverse === true ? 1 : 0,
        includeSubtypes: true,
        resultMask: 63,
      });
      return (result.references ?? []).map((reference) => ({
        nodeId: reference.nodeId.toString(),
        name: reference.browseName.name,
        type: reference.typeDefinition.toString(),
      }));
    }
    case 'read': {
      const attributeId = AttributeIds[command.attribute ?? 'Value'];
      const values = await signedIn().read(command.nodeIds.map((nodeId) => ({ nodeId, attributeId })));
      return values.map(shown);
    }
    case 'translate': {
      const result = await signedIn().translateBrowsePath(makeBrowsePath(command.nodeId, command.path));
      return { status: result.statusCode.name, nodeId: result.targets?.[0]?.targetId.toString() ?? null };
    }
    case 'write': {
      const status = await signedIn().write({
        nodeId: resolveNodeId(command.nodeId),
        attributeId: AttributeIds.Value,
        value: { value: new Variant({ dataType: DataType.Double, value: command.value }) },
      });
      return status.name;
    }
    case 'monitor': {
      const group = await (await subscribe()).monitorItems(
        command.nodeIds.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
        { samplingInterval: command.samplingMs, discardOldest: true, queueSize: 10 },
        TimestampsToReturn.Both,
      );
      group.on('changed', (_item: unknown, value: DataValue, index: number) =>
        process.send?.({ kind: 'value', nodeId: command.nodeIds[index], ...shown(value) }),
      );
      return group.monitoredItems.map((item) => item.statusCode.name);
    }
    case 'listen': {
      const filter = constructEventFilter([...command.fields]);
      const item = await (await subscribe(command.publishingMs)).monitor(
        { nodeId: resolveNodeId(command.nodeId ?? 'Server'), attributeId: AttributeIds.EventNotifier },
        { queueSize: command.queueSize ?? 20_000, discardOldest: true, filter },
        TimestampsToReturn.Both,
      );
      item.on('changed', (fields: unknown) => {
        const values = (fields as Variant[]).map((variant) => plain(variant.value));
        process.send?.({ kind: 'event', fields: Object.fromEntries(command.fields.map((name, index) => [name, values[index] ?? null])) });
      });
      return item.statusCode.name;
    }
    case 'refresh': {
      const { subscriptionId } = await subscribe();
      const result = await signedIn().call({
        objectId: resolveNodeId('ConditionType'),
        methodId: resolveNodeId('ConditionType_ConditionRefresh'),
        inputArguments: [new Variant({ dataType: DataType.UInt32, value: subscriptionId })],
      });
      return result.statusCode.name;
    }
    case 'call': {
      const result = await signedIn().call({
        objectId: resolveNodeId(command.objectId),
        methodId: resolveNodeId(command.methodId),
        inputArguments: command.input.map(variantOf),
      });
      return { status: result.statusCode.name, input: (result.inputArgumentResults ?? []).map((status) => status.name) };
    }
    case 'disconnect':
      await session?.close().catch(() => undefined);
      await client?.disconnect().catch(() => undefined);
      session = null;
      client = null;
      subscription = null;
      return null;
  }
}

process.on('message', ({ id, command }: { id: number; command: ClientCommand }) => {
  perform(command).then(
    (answer) => process.send?.({ kind: 'answer', id, answer }),
    (error: unknown) => process.send?.({ kind: 'failed', id, message: (error as Error).message }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ kind: 'ready' });
