// Entry of the OPC UA thread: carries messages between the server and the endpoint. It decides nothing.
import { parentPort, workerData } from 'node:worker_threads';
import { setErrorLogger, setWarningLogger } from 'node-opcua';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import { createOpcuaEndpoint, type OpcuaEndpoint, type OpcuaParts } from './opcua-endpoint.ts';
import type { FromOpcuaWorker, OpcuaAnswer, OpcuaGrant, OpcuaWorkerData, ToOpcuaWorker } from './opcua-messages.ts';

const statusMs = 1_000;

if (parentPort === null) throw new Error('this file is the entry of a thread');
const port = parentPort;
const data = workerData as OpcuaWorkerData;
const tell = (message: FromOpcuaWorker) => port.postMessage(message);
setWarningLogger((...words: unknown[]) =>
  tell({ kind: 'log', level: 'debug', message: words.map(String).join(' ').slice(0, 500), fields: {} }),
);
setErrorLogger((...words: unknown[]) =>
  tell({ kind: 'log', level: 'debug', message: words.map(String).join(' ').slice(0, 500), fields: {} }),
);

let requests = 0;
const signIns = new Map<number, (grant: OpcuaGrant | null) => void>();
const actions = new Map<number, (answer: OpcuaAnswer) => void>();
/** What arrives before the address space is there. */
const early: ToOpcuaWorker[] = [];
let parts: OpcuaParts | null = null;
let endpoint: OpcuaEndpoint | null = null;

const alarms: AlarmDefinition[] = [];
let modelIsComplete: () => void = () => undefined;
const wholeModel = new Promise<void>((resolve) => {
  modelIsComplete = resolve;
});

function take(message: ToOpcuaWorker): void {
  switch (message.kind) {
    case 'model':
      alarms.push(...message.alarms);
      if (message.isLast) modelIsComplete();
      return;
    case 'values':
      if (parts === null) {
        early.push(message);
        return;
      }
      parts.values.put(message.columns);
      parts.conditions.pointsChanged(message.columns.point);
      return;
    case 'alarms':
      if (parts === null) early.push(message);
      else parts.conditions.note(message.notes, message.isSnapshot);
      return;
    case 'definitions':
      if (parts === null) early.push(message);
      else parts.conditions.redefine(message.changed);
      return;
    case 'signedIn':
      signIns.get(message.request)?.(message.grant);
      signIns.delete(message.request);
      return;
    case 'acted':
      actions.get(message.request)?.(message.answer);
      actions.delete(message.request);
      return;
    case 'revoked':
      endpoint?.revoke(message.grantId);
      return;
    case 'stop':
      void stop();
      return;
  }
}

async function stop(): Promise<void> {
  await endpoint?.stop().catch(() => undefined);
  process.exit(0);
}

function tellStatus(): void {
  tell({
    kind: 'status',
    sessions: endpoint?.sessions ?? 0,
    subscriptions: endpoint?.subscriptions ?? 0,
    events: endpoint?.conditions.events ?? 0,
    heapBytes: process.memoryUsage().heapUsed,
  });
}

port.on('message', (message: ToOpcuaWorker) => {
  take(message);
  parts?.flow.look();
});
setInterval(() => {
  parts?.flow.heal();
  tellStatus();
}, statusMs);
await wholeModel;
endpoint = await createOpcuaEndpoint(
  {
    ...data,
    model: { ...data.model, alarms },
    signIn: (username, password, from) =>
      new Promise((resolve) => {
        requests += 1;
        signIns.set(requests, resolve);
        tell({ kind: 'signIn', request: requests, username, password, from });
      }),
    signOut: (grantId) => tell({ kind: 'signOut', grantId }),
    act: (grantId, alarmIndex, action, client) =>
      new Promise((resolve) => {
        requests += 1;
        actions.set(requests, resolve);
        tell({ kind: 'act', request: requests, grantId, alarmIndex, action, client });
      }),
    refused: (grantId, what) => tell({ kind: 'refused', grantId, what }),
    certificateRefused: (certificate) => tell({ kind: 'certificateRefused', ...certificate }),
  },
  (built) => {
    parts = built;
    for (const message of early.splice(0)) take(message);
  },
);
tell({ kind: 'listening', endpoint: endpoint.endpoint, certificateThumbprint: endpoint.certificateThumbprint });
