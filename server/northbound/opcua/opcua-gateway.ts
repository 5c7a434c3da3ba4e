// The server's side of its OPC UA server, which runs in a thread of its own: a client that browses ten thousand nodes, or a fault in the protocol stack,
// must not delay an alarm. This side feeds values and alarms to the thread, answers its sign-ins and actions, and starts it again when it ends.
import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { NorthboundPart } from '../../../domain/api/northbound-api.ts';
import type { OpcuaServerSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { AccessControl } from '../../access/access-control.ts';
import type { KnownAlarm } from '../../alarms/alarm-change.ts';
import type { AlarmStore } from '../../alarms/alarm-store.ts';
import type { Ledger } from '../../journal/ledger.ts';
import type { LastValues } from '../../live/last-values.ts';
import type { PartState } from '../part-state.ts';
import { PointFeed } from '../point-feed.ts';
import { OneShotShelvings } from './one-shot-shelving.ts';
import { OpcuaActions } from './opcua-actions.ts';
import type { AlarmNote, FromOpcuaWorker, OpcuaWorkerData, ToOpcuaWorker } from './opcua-messages.ts';
import { heapLimitMb, modelOf } from './opcua-model.ts';
import { OpcuaSignIns } from './opcua-sign-ins.ts';
import { opcuaPkiDir } from './pki-dir.ts';
import { RefusalAudit } from './refusal-audit.ts';

export interface OpcuaGatewayOptions {
  readonly settings: OpcuaServerSettings;
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly isFirstOut: (known: KnownAlarm) => boolean;
  readonly values: LastValues;
  readonly access: AccessControl;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly state: PartState;
  readonly dataDir: string;
  readonly version: string;
}

const feedMs = 250;
const identityCheckMs = 1_000;
/** The thread reports every second; one that is silent for so long hangs. Loading a large plant takes a while at first. */
const silentMsMax = 30_000;
const startMsMax = 180_000;
/** Values are held back (and pass as the newest ones later) while the thread is this far behind. */
const behindMs = 5_000;
const firstBackOffMs = 1_000;
const longestBackOffMs = 60_000;
const stopMsMax = 3_000;
const alarmsASlice = 500;

export class OpcuaGateway {
  readonly #options: OpcuaGatewayOptions;
  readonly #feed: PointFeed;
  readonly #actions: OpcuaActions;
  readonly #oneShots: OneShotShelvings;
  readonly #audit: RefusalAudit;
  readonly #signIns: OpcuaSignIns;
  readonly #timers = new Set<TimerHandle>();
  #worker: Worker | null = null;
  #definitions: Plant['alarms'] = [];
  #heardAtMs = 0;
  #isListening = false;
  #isStopped = false;
  #restarts = 0;
  #endpoint: string | null = null;
  #sessions = 0;
  #events = 0;
  #failures = 0;
  #stopListening: () => void = () => undefined;
  readonly #whenListening: ((endpoint: string) => void)[] = [];

  constructor(options: OpcuaGatewayOptions) {
    const { plant, store, access, ledger, clock, log } = options;
    this.#options = options;
    this.#feed = new PointFeed(plant, options.values, options.settings.stationIndexes);
    this.#oneShots = new OneShotShelvings({ store, ledger, clock, log });
    this.#actions = new OpcuaActions({ plant, store, access, clock, oneShots: this.#oneShots });
    this.#audit = new RefusalAudit(access, clock);
    const onRevoked = (grantId: string) => this.#tell({ kind: 'revoked', grantId });
    this.#signIns = new OpcuaSignIns({ access, audit: this.#audit, log, onRevoked });
  }

  /** Resolves at once: the thread makes its certificate and its address space meanwhile. */
  async start(): Promise<void> {
    await this.#oneShots.start();
    this.#stopListening = this.#options.store.onChange((changes) =>
      this.#tell({ kind: 'alarms', notes: this.#notesOf(changes), isSnapshot: false }),
    );
    this.#launch();
    this.#every(feedMs, () => this.#feedValues());
    this.#every(identityCheckMs, () => this.#signIns.look());
  }

  /** Calls back with the endpoint's URL, once for each start of the thread. */
  onListening(listener: (endpoint: string) => void): void {
    this.#whenListening.push(listener);
    if (this.#isListening && this.#endpoint !== null) listener(this.#endpoint);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#oneShots.stop();
    for (const timer of this.#timers) timer.cancel();
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#tell({ kind: 'stop' });
    const late = setTimeout(() => void worker.terminate(), stopMsMax);
    await ended;
    clearTimeout(late);
  }

  status(): NorthboundPart {
    const { settings, state } = this.#options;
    return {
      name: state.name,
      ...state.view(),
      endpoint: this.#endpoint,
      isInsecure: settings.isInsecure,
      clients: this.#sessions,
      pending: 0,
      sent: this.#events,
      failures: this.#failures,
      dropped: 0,
    };
  }

  #launch(): void {
    const { settings, plant, dataDir, version, clock, store } = this.#options;
    const pkiDir = opcuaPkiDir(dataDir);
    mkdirSync(pkiDir, { recursive: true });
    this.#definitions = plant.alarms;
    const workerData: OpcuaWorkerData = { model: modelOf(plant, settings), settings, pkiDir, version };
    const worker = new Worker(new URL('./opcua-worker.ts', import.meta.url), {
      workerData,
      name: 'opcua',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // The library prints to standard output past every log: what matters of it comes as messages.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMb(plant) },
    });
    worker.stdout.on('data', (chunk: Buffer) =>
      this.#options.log.debug({ part: 'opcua', output: chunk.toString('utf8').slice(0, 2_000) }, 'printed'),
    );
    worker.stderr.on('data', (chunk: Buffer) =>
      this.#options.log.debug({ part: 'opcua', output: chunk.toString('utf8').slice(0, 2_000) }, 'printed'),
    );
    this.#worker = worker;
    this.#isListening = false;
    this.#heardAtMs = clock.monotonicMs();
    let reason = 'ended';
    worker.on('message', (message: FromOpcuaWorker) => this.#hear(message, worker));
    worker.on('error', (error: Error) => {
      reason = (error as NodeJS.ErrnoException).code ?? error.message;
    });
    worker.once('exit', () => this.#ended(worker, reason));
    this.#tell({ kind: 'alarms', notes: this.#notesOf(store.all()), isSnapshot: true });
    this.#tell({ kind: 'values', columns: this.#feed.all() });
    void this.#tellModel(worker, this.#definitions);
  }

  /** In slices: copying fifty thousand definitions at once would hold the server for a tenth of a second. */
  async #tellModel(worker: Worker, alarms: Plant['alarms']): Promise<void> {
    for (let start = 0; this.#worker === worker; start += alarmsASlice) {
      const isLast = start + alarmsASlice >= alarms.length;
      this.#tell({ kind: 'model', alarms: alarms.slice(start, start + alarmsASlice), isLast });
      if (isLast) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #ended(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#isListening = false;
    this.#sessions = 0;
    this.#signIns.signOutAll();
    if (this.#isStopped) return;
    this.#failures += 1;
    this.#options.state.failing(reason);
    const waitMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(10, this.#restarts));
    this.#restarts += 1;
    this.#after(waitMs, () => this.#launch());
  }

  #hear(message: FromOpcuaWorker, worker: Worker): void {
    const { log, state, clock } = this.#options;
    if (worker !== this.#worker) return;
    this.#heardAtMs = clock.monotonicMs();
    switch (message.kind) {
      case 'listening':
        this.#isListening = true;
        this.#restarts = 0;
        this.#endpoint = message.endpoint;
        state.running();
        log.info({ endpoint: message.endpoint, certificate: message.certificateThumbprint }, 'OPC UA server listening');
        for (const listener of this.#whenListening) listener(message.endpoint);
        return;
      case 'signIn':
        void this.#signIn(message);
        return;
      case 'signOut':
        this.#signIns.signOut(message.grantId);
        return;
      case 'act':
        void this.#act(message);
        return;
      case 'refused':
        void this.#audit.note(this.#signIns.tokenOf(message.grantId), `opcua ${message.what}`);
        return;
      case 'certificateRefused':
        this.#failures += 1;
        void this.#audit.note(null, `opcua client certificate ${message.thumbprint} (${message.subject}): ${message.status}`);
        return;
      case 'status':
        this.#sessions = message.sessions;
        this.#events = message.events;
        return;
      case 'log':
        log[message.level]({ part: 'opcua', ...message.fields }, message.message);
        return;
    }
  }

  #tell(message: ToOpcuaWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #feedValues(): void {
    const { plant, clock } = this.#options;
    const silentMs = clock.monotonicMs() - this.#heardAtMs;
    if (this.#worker !== null && silentMs > (this.#isListening ? silentMsMax : startMsMax)) {
      this.#options.log.error({ part: 'opcua', silentMs }, 'the OPC UA thread hangs; starting it again');
      void this.#worker.terminate();
      return;
    }
    if (!this.#isListening || silentMs > behindMs) return;
    if (plant.alarms !== this.#definitions) {
      const before = this.#definitions;
      this.#definitions = plant.alarms;
      this.#tell({ kind: 'definitions', changed: plant.alarms.filter((definition, index) => definition !== before[index]) });
    }
    const columns = this.#feed.take();
    if (columns === null) return;
    this.#tell({ kind: 'values', columns }, [columns.point.buffer, columns.timeMs.buffer, columns.value.buffer, columns.quality.buffer]);
  }

  #notesOf(changes: readonly KnownAlarm[]): readonly AlarmNote[] {
    const isServed = new Set(this.#options.settings.stationIndexes);
    return changes
      .filter(({ definition }) => isServed.has(definition.stationIndex))
      .map((known) => ({
        index: known.definition.index,
        record: known.record,
        isFirstOut: this.#options.isFirstOut(known),
        isOneShot: this.#oneShots.has(known.record.alarmId),
      }));
  }

  async #signIn({ request, ...signIn }: Extract<FromOpcuaWorker, { kind: 'signIn' }>): Promise<void> {
    this.#tell({ kind: 'signedIn', request, grant: await this.#signIns.grant(signIn) });
  }

  async #act({ request, grantId, alarmIndex, action, client }: Extract<FromOpcuaWorker, { kind: 'act' }>): Promise<void> {
    try {
      const answer = await this.#actions.act({ token: this.#signIns.tokenOf(grantId), client }, alarmIndex, action);
      this.#tell({ kind: 'acted', request, answer });
    } catch (error) {
      this.#options.log.error({ err: error }, 'an action over OPC UA could not be committed');
      this.#tell({ kind: 'acted', request, answer: { status: 'BadInternalError', text: 'It was not done.', badArgument: null } });
    }
  }

  #after(delayMs: number, work: () => void): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      if (!this.#isStopped) work();
    });
    this.#timers.add(timer);
  }

  #every(periodMs: number, work: () => void | Promise<void>): void {
    this.#after(periodMs, () => {
      Promise.resolve(work())
        .catch((error: unknown) => this.#options.log.error({ part: 'opcua', err: error }, 'failed'))
        .finally(() => this.#every(periodMs, work));
    });
  }
}
