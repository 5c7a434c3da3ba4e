// The test's hand on an OPC UA client process: commands out, answers, values and events back.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CallInput, ClientCommand } from './opcua-client-process.ts';

export interface ReadValue {
  readonly status: string;
  readonly value: unknown;
  readonly type: string;
  readonly sourceMs: number | null;
}

type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | ({ readonly kind: 'value'; readonly nodeId: string } & ReadValue)
  | { readonly kind: 'event'; readonly fields: Readonly<Record<string, unknown>> };

type Connect = Omit<Extract<ClientCommand, { do: 'connect' }>, 'do'>;

export interface OpcuaClientProcess {
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly values: readonly ({ readonly nodeId: string } & ReadValue)[];
  /** The namespace array. Throws with the library's message where it is refused. */
  connect(options: Connect): Promise<readonly string[]>;
  browse(
    nodeId: string,
    more?: { readonly referenceType?: string; readonly isInverse?: boolean },
  ): Promise<readonly { readonly nodeId: string; readonly name: string; readonly type: string }[]>;
  read(nodeIds: readonly string[], attribute?: 'Value' | 'DisplayName' | 'NodeClass'): Promise<readonly ReadValue[]>;
  translate(nodeId: string, path: string): Promise<{ readonly status: string; readonly nodeId: string | null }>;
  write(nodeId: string, value: number): Promise<string>;
  monitor(nodeIds: readonly string[], samplingMs: number): Promise<readonly string[]>;
  listen(
    fields: readonly string[],
    more?: { readonly nodeId?: string; readonly queueSize?: number; readonly publishingMs?: number },
  ): Promise<string>;
  refresh(): Promise<string>;
  call(
    objectId: string,
    methodId: string,
    input: readonly CallInput[],
  ): Promise<{ readonly status: string; readonly input: readonly string[] }>;
  /** DER, hex. */
  certificate(pkiDir: string): Promise<string>;
  disconnect(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOpcuaClient(): Promise<OpcuaClientProcess> {
  const child = fork(fileURLToPath(new URL('./opcua-client-process.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }>();
  const events: Readonly<Record<string, unknown>>[] = [];
  const values: ({ readonly nodeId: string } & ReadValue)[] = [];
  let number = 0;
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.on('message', (told: Told) => {
      if (told.kind === 'ready') resolve();
      else if (told.kind === 'event') events.push(told.fields);
      else if (told.kind === 'value') values.push(told);
      else {
        const waiter = waiting.get(told.id);
        waiting.delete(told.id);
        if (told.kind === 'answer') waiter?.resolve(told.answer);
        else waiter?.reject(new Error(told.message));
      }
    });
    child.once('exit', () => {
      for (const { reject: refuse } of waiting.values()) refuse(new Error('the client process has ended'));
    });
  });
  await ready;
  const send = <T>(command: ClientCommand): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve: (answer) => resolve(answer as T), reject });
      child.send({ id: number, command });
    });
  return {
    events,
    values,
    connect: (options) => send({ do: 'connect', ...options }),
    browse: (nodeId, more = {}) => send({ do: 'browse', nodeId, ...more }),
    read: (nodeIds, attribute = 'Value') => send({ do: 'read', nodeIds, attribute }),
    translate: (nodeId, path) => send({ do: 'translate', nodeId, path }),
    write: (nodeId, value) => send({ do: 'write', nodeId, value }),
    monitor: (nodeIds, samplingMs) => send({ do: 'monitor', nodeIds, samplingMs }),
    listen: (fields, more = {}) => send({ do: 'listen', fields, ...more }),
    refresh: () => send({ do: 'refresh' }),
    call: (objectId, methodId, input) => send({ do: 'call', objectId, methodId, input }),
    certificate: (pkiDir) => send({ do: 'certificate', pkiDir }),
    disconnect: () => send({ do: 'disconnect' }),
    stop: () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
