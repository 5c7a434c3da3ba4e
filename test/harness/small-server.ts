// A whole server over a temporary folder and an in-process link, with the collector's end in the test's hand: what the plant says is what the test says.
import { pino } from 'pino';
import type { AccessPolicy } from '../../domain/access/access-policy.ts';
import type { Role } from '../../domain/access/roles.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import type { CommandHandler } from '../../link/link.ts';
import { createServer } from '../../server/create-server.ts';
import type { PlantFileSource } from '../../server/plant/plant-versions.ts';
import type { Server } from '../../server/server-options.ts';
import { aliveStatus } from './alive-status.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

export interface SmallServer {
  readonly plant: Plant;
  readonly server: Server;
  readonly dataDir: string;
  readonly logLines: readonly string[];
  /** Over HTTP as one of the demo people; signs in at the first use. */
  ask(person: string, method: string, url: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** `name=value` of that person's session. */
  cookie(person: string): Promise<string>;
  /** Everybody signs in anew at the next question: where so much time has passed that the sessions are over. */
  forgetSessions(): void;
  alarm(alarmId: string): Promise<AlarmView>;
  /** Another person beside the demo's; `ask` knows him at once. Returns his password. */
  addPerson(person: { readonly username: string; readonly role: Role; readonly stationIds?: readonly string[] }): Promise<string>;
  /** Resolves with the occurrence id after the server's database has it. */
  raise(alarmId: string, value?: number): Promise<string>;
  clear(alarmId: string): Promise<void>;
  publish(values: Readonly<Record<string, { readonly value: number; readonly quality?: number; readonly timeMs?: number }>>): void;
  /** Answers what engineers ask, as a collector would. */
  handleCommands(handler: CommandHandler): void;
  /** As a collector does every second: without it the server takes the collector for lost after three. */
  beat(): void;
  stop(): Promise<void>;
}

export async function startSmallServer(
  plant: Plant,
  options: {
    readonly dataDir?: string;
    readonly clock?: Clock;
    readonly historian?: HistorianReader;
    readonly dashboardDir?: string;
    readonly plantSource?: PlantFileSource;
    readonly hasDemoDuty?: boolean;
    readonly accessPolicy?: AccessPolicy;
    /** Any free one where absent. */
    readonly port?: number;
    /** What the collector says of itself, beside that it lives. */
    readonly statusOf?: (status: CollectorStatus, alarmSettings: AlarmSettingsMessage | null) => CollectorStatus;
  } = {},
): Promise<SmallServer> {
  const clock = options.clock ?? realClock;
  const dataDir = options.dataDir ?? temporaryFolder();
  const logLines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) });
  const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
  const server = await createServer({
    plant,
    ...(options.plantSource === undefined ? {} : { plantSource: options.plantSource }),
    isDemo: true,
    hasDemoDuty: options.hasDemoDuty ?? false,
    ...(options.accessPolicy === undefined ? {} : { accessPolicy: options.accessPolicy }),
    link: link.server,
    historian: options.historian ?? null,
    journalUrl: 'sqlite:',
    dataDir,
    http: { host: '127.0.0.1', port: options.port ?? 0 },
    dashboardDir: options.dashboardDir ?? null,
    clock,
    log,
  });
  // A restarted collector begins a new outbox where it has lost the old one.
  const outboxId = crypto.randomUUID();
  let sequence = 0;
  const cookies = new Map<string, string>();
  const passwords = new Map<string, string>();

  async function deliver(message: ConditionMessage): Promise<void> {
    const result = await link.collector.deliverConditions({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
    if (result.kind !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
  }
  async function signIn(person: string): Promise<string> {
    const known = cookies.get(person);
    if (known !== undefined) return known;
    const response = await fetch(`${server.address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: person, password: passwords.get(person) ?? `${person}-demo` }),
    });
    if (!response.ok) throw new Error(`sign-in of ${person}: ${response.status}`);
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    cookies.set(person, cookie);
    return cookie;
  }
  const ask: SmallServer['ask'] = async (person, method, url, body) => {
    const response = await fetch(`${server.address}${url}`, {
      method,
      headers: { cookie: await signIn(person), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (response.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : text };
  };
  const alarm = async (alarmId: string) => (await ask('duty', 'GET', `/api/alarms/${alarmId}`)).body as AlarmView;
  let alarmSettings: AlarmSettingsMessage | null = null;
  link.collector.onAlarmSettings((message) => {
    alarmSettings = message;
  });
  const statusOf = options.statusOf ?? ((status: CollectorStatus) => status);
  const beat = () => link.collector.publishStatus(statusOf(aliveStatus(clock.nowMs()), alarmSettings));
  beat();
  const beating = setInterval(beat, 1_000);

  return {
    plant,
    server,
    dataDir,
    logLines,
    ask,
    cookie: signIn,
    forgetSessions: () => cookies.clear(),
    beat,
    handleCommands: (handler) => void link.collector.handleCommands(handler),
    async addPerson({ username, role, stationIds }) {
      const password = `${username}-has-a-password`;
      const answer = await ask('admin', 'POST', '/api/users', { username, displayName: username, role, stationIds, password });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      passwords.set(username, password);
      return password;
    },
    alarm,
    async raise(alarmId, value = 1) {
      sequence += 1;
      const occurrenceId = crypto.randomUUID();
      await deliver({ kind: 'raise', sequence, alarmId, occurrenceId, atMs: clock.nowMs(), value, quality: Quality.good, measured: null });
      return occurrenceId;
    },
    async clear(alarmId) {
      sequence += 1;
      const { id: occurrenceId } = await alarm(alarmId);
      await deliver({ kind: 'clear', sequence, alarmId, occurrenceId, atMs: clock.nowMs(), value: 0, quality: Quality.good });
    },
    publish(values) {
      const entries = Object.entries(values);
      const batch = createReadingBatch(plant.pointTable, entries.length);
      for (const [pointId, { value, quality, timeMs }] of entries)
        pushReading(batch, plant.pointIndexById.get(pointId) ?? -1, timeMs ?? clock.nowMs(), value, quality ?? Quality.good);
      link.collector.publishReadings(batch);
    },
    async stop() {
      clearInterval(beating);
      await server.stop();
    },
  };
}
