#!/usr/bin/env node
// The one executable. It reads the settings, composes the parts and stops them in order; the parts know nothing of it.
// Parts are imported when a command needs them, so that checking a plant file does not load an OPC UA stack.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { systemClock } from './collector/system-clock.ts';
import { type AccessPolicy, defaultAccessPolicy, parseAccessFile } from './domain/access/access-policy.ts';
import type { Finding } from './domain/alarm-settings/finding.ts';
import { findingsOf } from './domain/alarm-settings/rationalisation.ts';
import { parsePlantText } from './domain/plant/parse-plant-file.ts';
import type { Plant } from './domain/plant/plant.ts';
import { plantFileSchema } from './domain/plant/plant-file.ts';
import { formatIssue } from './domain/plant/plant-issues.ts';
import { parseSettings, type SettingName, type Settings } from './domain/settings/settings.ts';
import { isAlarmStep } from './domain/tracing/alarm-step.ts';
import type { DiskReserve } from './historian/disk-reserve.ts';
import type { Historian, ReadingRetention } from './historian/historian.ts';
import { isRestoreUnfinished } from './server/backup/restore-mark.ts';
import type { BackupSchedule } from './server/backup/scheduled-backups.ts';
import type { Server } from './server/create-server.ts';
import type { Fence } from './server/journal/ledger.ts';
import type { PlantFileSource } from './server/plant/plant-versions.ts';
import { StopList } from './server/stop-list.ts';

const root = path.dirname(fileURLToPath(import.meta.url));

/** A start that cannot go on because of what it was given: told to the person, without a stack. */
class StartError extends Error {}

/** What goes wrong with the files that a person named is told without a stack. */
function toldPlainly<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new StartError(error instanceof Error ? error.message : String(error));
  });
}

function settingsOf(options: Partial<Record<SettingName, string | undefined>>): Settings {
  const parsed = parseSettings(process.env, options);
  if (parsed.kind === 'invalid') throw new StartError(parsed.messages.join('\n'));
  return parsed.settings;
}

function createLog(settings: Settings): Logger {
  const base = { level: settings.logLevel, base: null };
  if (!process.stdout.isTTY) return pino(base);
  return pino({
    ...base,
    hooks: {
      // A person who looks on is not told each step of each alarm, unless he asks for it.
      logMethod(call, method, level) {
        if (level > (pino.levels.values.info ?? 0) || settings.logLevel !== 'info' || !isAlarmStep(call[0])) method.apply(this, call);
      },
    },
    transport: { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', singleLine: true } },
  });
}

function loadPlant(file: string): { plant: Plant; plantSource: PlantFileSource } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the plant file ${file}: ${(error as Error).message}`);
  }
  const parsed = parsePlantText(text, { version: createHash('sha256').update(text).digest('hex').slice(0, 16) });
  if (parsed.kind === 'invalid') {
    const lines = parsed.issues.map((issue) => formatIssue(issue, file));
    throw new StartError([...lines, `${lines.length} error(s): the plant was not started`].join('\n'));
  }
  const warnings = parsed.warnings.map((issue) => formatIssue(issue, file));
  return { plant: parsed.plant, plantSource: { file, text, loadedBy: `${accountName()}@${hostname()}`, warnings } };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`; // a container may run under a number that has no name
  }
}

/** Paths in it are relative to it. */
function loadAccessPolicy(file: string | undefined): AccessPolicy {
  if (file === undefined) return defaultAccessPolicy;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the access file ${file}: ${(error as Error).message}`);
  }
  const parsed = parseAccessFile(text);
  if (parsed.kind === 'invalid')
    throw new StartError(
      [...parsed.messages.map((message) => `${file}: ${message}`), 'the access file was not used: nothing was started'].join('\n'),
    );
  const { tls } = parsed.policy;
  if (tls === undefined) return parsed.policy;
  const beside = (name: string) => path.resolve(path.dirname(file), name);
  return { ...parsed.policy, tls: { ...tls, certificateFile: beside(tls.certificateFile), keyFile: beside(tls.keyFile) } };
}

/** What rationalisation finds, a line an alarm. Never stops a start: errors have been refused before. */
function findingLines(findings: readonly Finding[]): readonly string[] {
  const byAlarm = Map.groupBy(findings, ({ alarmId }) => alarmId ?? 'plant');
  return [...byAlarm].map(([alarmId, found]) => `${alarmId}: warning: ${found.map(({ message }) => message.en).join('; ')}`);
}

function prepareDataDir(dataDir: string): string {
  const absolute = path.resolve(dataDir);
  if (isRestoreUnfinished(absolute))
    throw new StartError(`${absolute} holds a restore that was cut off: empty the folder and restore again`);
  try {
    mkdirSync(absolute, { recursive: true });
  } catch (error) {
    throw new StartError(`cannot use the data folder ${absolute}: ${(error as Error).message}`);
  }
  return absolute;
}

const simulatorsReadySchema = z.object({
  ready: z.literal(true),
  plantFile: z.string(),
  controlUrl: z.string(),
  environment: z.record(z.string(), z.string()),
});

/** The demo plant runs in a process of its own, as real devices would. */
async function startDemo(
  dataDir: string,
  options: RunOptions,
): Promise<{ process: ChildProcess; ready: z.output<typeof simulatorsReadySchema> }> {
  const plantFile = path.join(dataDir, 'demo-plant.yaml');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      path.join(root, 'gatewatch.ts'),
      'simulate',
      '--plant-out',
      plantFile,
      '--data-dir',
      path.join(dataDir, 'simulators'),
      '--port-base',
      options.simulatorPortBase,
      '--control-port',
      options.simulatorControlPort,
      '--seed',
      options.seed,
      ...(options.story ? ['--story'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true },
  );
  const ready = await new Promise<z.output<typeof simulatorsReadySchema>>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const line = text.split('\n').find((candidate) => candidate.startsWith('{"ready"'));
      if (line !== undefined && text.includes('\n')) resolve(simulatorsReadySchema.parse(JSON.parse(line)));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new StartError(`the simulators ended with code ${code} before they were ready`)));
  });
  return { process: child, ready };
}

/** The readings, on a disk that keeps room for alarms. */
async function openReadings(
  parts: { settings: Settings; plant: Plant; dataDir: string; log: Logger; stops: StopList },
  retention: { retention?: ReadingRetention } = {},
): Promise<{ historian: Historian; disk: DiskReserve }> {
  const { openHistorian } = await import('./historian/open-historian.ts');
  const { settings, plant, dataDir, log, stops } = parts;
  const disk = await openDiskReserve(dataDir, log, stops);
  const historian = await openHistorian({
    url: settings.historian,
    plant,
    dataDir,
    clock: systemClock,
    log,
    mayStore: () => !disk.isFull,
    ...retention,
  });
  stops.onStop('historian', () => historian.close());
  return { historian, disk };
}

async function openDiskReserve(dataDir: string, log: Logger, stops: StopList): Promise<DiskReserve> {
  const { DiskReserve } = await import('./historian/disk-reserve.ts');
  const reserve = await DiskReserve.open({ dataDir, clock: systemClock, log });
  stops.onStop('disk', () => reserve.stop());
  return reserve;
}

/** Each in a process of its own, at low priority: what a backup reads and hashes holds up no alarm. */
async function backupsBySchedule(settings: Settings, dataDir: string): Promise<{ backups?: BackupSchedule }> {
  if (settings.backupTo === undefined) return {};
  const folder = path.resolve(settings.backupTo);
  const { backupInOwnProcess } = await import('./server/backup/backup-in-own-process.ts');
  const parameters = [
    '--to',
    folder,
    '--data-dir',
    dataDir,
    '--journal',
    settings.journal,
    '--historian',
    settings.historian,
    '--keep',
    String(settings.backupKeep),
  ];
  return {
    backups: { everyMs: settings.backupEvery, folder, make: () => backupInOwnProcess(path.join(root, 'gatewatch.ts'), parameters) },
  };
}

interface RunOptions extends Partial<Record<SettingName, string>> {
  readonly simulators: boolean;
  readonly story: boolean;
  readonly seed: string;
  readonly simulatorPortBase: string;
  readonly simulatorControlPort: string;
}

async function untilSignal(stops: StopList, child: ChildProcess | null): Promise<void> {
  // A server that waits for its next try has no socket and no timer that would keep the process.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    child?.once('exit', () => resolve());
  });
  clearInterval(alive);
  await stops.stop();
}

async function run(options: RunOptions): Promise<void> {
  const { createInProcessLink } = await import('./link/in-process/in-process-link.ts');
  const { createServer } = await import('./server/create-server.ts');
  const { createCollector } = await import('./collector/collector.ts');
  const settings = settingsOf(options);
  const isDemo = settings.plant === undefined;
  if (isDemo && !options.simulators)
    throw new StartError('--no-simulators needs a plant file: add --plant FILE, or leave --no-simulators out for the demo plant');
  if (settings.link !== 'inproc:')
    throw new StartError(`--link ${settings.link} is for the halves apart: use gatewatch collector and gatewatch server`);
  // The demo keeps to its own folder, so that a real plant never starts with a demo's journal.
  const dataDir = prepareDataDir(isDemo ? path.join(settings.dataDir, 'demo') : settings.dataDir);
  const log = createLog(settings);
  const stops = new StopList(log);
  try {
    const demo = isDemo ? await startDemo(dataDir, options) : null;
    if (demo !== null) {
      stops.onStop('simulators', () => stopChild(demo.process));
      Object.assign(process.env, demo.ready.environment);
    }
    const { plant, plantSource } = loadPlant(demo?.ready.plantFile ?? (settings.plant as string));
    for (const warning of plantSource.warnings) log.warn(warning);
    let noteRemoval: Server['noteRemovedReadings'] = () => Promise.reject(new Error('the journal is not open yet'));
    const retention = retentionOf(settings, (removal) => noteRemoval(removal));
    const { historian, disk } = await openReadings({ settings, plant, dataDir, log, stops }, retention);
    const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
    stops.onStop('link', () => link.server.close());
    const server = await createServer({
      plant,
      plantSource,
      isDemo,
      hasDemoDuty: isDemo,
      accessPolicy: loadAccessPolicy(settings.access),
      link: link.server,
      historian,
      journalUrl: settings.journal,
      dataDir,
      disk,
      http: { host: settings.httpHost, port: settings.httpPort },
      dashboardDir: path.join(root, 'dashboard', 'dist'),
      clock: systemClock,
      log,
      ...(await backupsBySchedule(settings, dataDir)),
    });
    stops.onStop('server', () => server.stop());
    noteRemoval = server.noteRemovedReadings;
    const collector = await createCollector({ plant, historian, link: link.collector, disk, dataDir, clock: systemClock, log });
    stops.onStop('collector', () => collector.stop());
    await collector.start();
    printWelcome({
      address: server.address,
      isDemo,
      plant,
      controlUrl: demo?.ready.controlUrl ?? null,
      firstPasswords: server.firstPasswords,
    });
    server.onNorthboundReady((line) => process.stdout.write(`  ${line}\n`));
    await untilSignal(stops, demo?.process ?? null);
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

/** Each removal is a line of the journal, so only where the readings and the journal are in one process. */
function retentionOf(settings: Settings, announce: ReadingRetention['announce']): { retention?: ReadingRetention } {
  if (settings.keepReadings === undefined) return {};
  if (!settings.historian.startsWith('duckdb:'))
    throw new StartError('--keep-readings is for the embedded historian: InfluxDB removes by the retention of its own bucket');
  return { retention: { days: Math.floor(settings.keepReadings / 86_400_000), announce } };
}

function refuseRetention(settings: Settings): void {
  if (settings.keepReadings !== undefined)
    throw new StartError('--keep-readings is for gatewatch run: with the halves apart InfluxDB removes by the retention of its own bucket');
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function printWelcome(facts: {
  address: string;
  isDemo: boolean;
  plant: Plant;
  controlUrl: string | null;
  firstPasswords: readonly { readonly username: string; readonly password: string }[];
}): void {
  const { plant } = facts;
  const lines = [
    '',
    `  Gatewatch 站哨  ${facts.address}`,
    `  ${plant.company.name.zh} / ${plant.company.name.en}: ${plant.stations.length} stations, ${plant.points.length} points, ${plant.alarms.length} alarms`,
  ];
  if (facts.isDemo) {
    lines.push('  Demo sign-ins (name / password): duty / duty-demo, supervisor / supervisor-demo, team / team-demo,');
    lines.push('                                   engineer / engineer-demo, auditor / auditor-demo, admin / admin-demo');
  }
  if (facts.controlUrl !== null) lines.push(`  Make something happen: ${facts.controlUrl}`);
  for (const { username, password } of facts.firstPasswords)
    lines.push(`  First administrator: ${username} / ${password}  (shown once; change it after signing in)`);
  lines.push('  Ctrl-C stops everything.', '');
  process.stdout.write(`${lines.join('\n')}\n`);
}

interface CollectorOptions extends Partial<Record<SettingName, string>> {
  readonly collectorId: string;
  /** Several processes may hold these, one each at a time; its own first. */
  readonly hold?: string;
  readonly node?: string;
  readonly whenIsolated: string;
}

async function runCollector(options: CollectorOptions): Promise<void> {
  const { connectNatsCollectorLink } = await import('./link/nats/nats-collector-link.ts');
  const { createCollector } = await import('./collector/collector.ts');
  const settings = settingsOf(options);
  if (settings.plant === undefined) throw new StartError('a collector needs a plant file: --plant FILE');
  if (!settings.link.startsWith('nats://')) throw new StartError('a collector apart needs --link nats://HOST:PORT');
  refuseRetention(settings);
  const dataDir = prepareDataDir(settings.dataDir);
  const log = createLog(settings);
  const stops = new StopList(log);
  try {
    const { plant } = loadPlant(settings.plant);
    const { historian, disk } = await openReadings({ settings, plant, dataDir, log, stops });
    if (options.hold !== undefined) {
      await holdAmongSeveral(options, options.hold, { settings, plant, historian, disk, dataDir, log, stops });
      return;
    }
    const link = await connectNatsCollectorLink(settings.link, {
      collectorId: options.collectorId,
      table: plant.pointTable,
      plantId: plant.company.id,
    });
    stops.onStop('link', () => link.close());
    const collector = await createCollector({
      plant,
      collectorId: options.collectorId,
      historian,
      link,
      disk,
      dataDir,
      clock: systemClock,
      log,
    });
    stops.onStop('collector', () => collector.stop());
    await collector.start();
    process.stdout.write(`collector ${options.collectorId} is running\n`);
    await untilSignal(stops, null);
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

/** Several processes may hold the stations of these collectors, one at a time. */
async function holdAmongSeveral(
  options: CollectorOptions,
  hold: string,
  parts: { settings: Settings; plant: Plant; historian: Historian; disk: DiskReserve; dataDir: string; log: Logger; stops: StopList },
): Promise<void> {
  const { connectNatsCollectorLink } = await import('./link/nats/nats-collector-link.ts');
  const { connectNatsLeaseStore } = await import('./link/nats/nats-lease-store.ts');
  const { createCollector } = await import('./collector/collector.ts');
  const { holdStations } = await import('./collector/holding/hold-stations.ts');
  const { settings, plant, historian, disk, dataDir, log, stops } = parts;
  if (settings.historian.startsWith('duckdb:'))
    throw new StartError('the embedded historian belongs to one process: give the collectors that share stations --historian influx://…');
  const collectorIds = hold.split(',').map((id) => id.trim());
  const known = new Set(plant.stations.map((station) => station.collectorId));
  const unknown = collectorIds.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new StartError(`--hold ${hold}: the plant file gives no station to ${unknown.join(', ')}; it knows ${[...known].join(', ')}`);
  const { whenIsolated } = options;
  if (whenIsolated !== 'goOn' && whenIsolated !== 'stop') throw new StartError(`--when-isolated is ${whenIsolated}: expected goOn or stop`);
  const nodeName = options.node ?? hostname();
  const plantId = plant.company.id;
  const store = await connectNatsLeaseStore(settings.link, { plantId, node: nodeName });
  stops.onStop('leases', () => store.close());
  let hasFailed = false;
  let fail: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => {
    fail = resolve;
  });
  const stations = holdStations({
    collectorIds,
    nodeName,
    dataDir,
    store,
    clock: systemClock,
    log,
    whenIsolated,
    connectLink: (collectorId) => connectNatsCollectorLink(settings.link, { collectorId, table: plant.pointTable, plantId }),
    createCollector: (collectorId, link, holding) =>
      createCollector({ plant, collectorId, historian, link, disk, dataDir, clock: systemClock, log, holding }),
    onChange: (collectorId, isHeld) => process.stdout.write(`  ${isHeld ? 'holds' : 'leaves'} the stations of ${collectorId}\n`),
    onFailed: () => {
      hasFailed = true;
      fail();
    },
  });
  stops.onStop('stations', () => stations.stop());
  process.stdout.write(`collector process ${nodeName} is running\n`);
  await Promise.race([untilSignal(stops, null), failed]);
  if (!hasFailed) return;
  throw new StartError('this process holds stations that it cannot read: it ends, so that another takes over (see the log)');
}

async function runServer(options: Partial<Record<SettingName, string>>): Promise<void> {
  const { openHistorian } = await import('./historian/open-historian.ts');
  const { connectNatsServerLink } = await import('./link/nats/nats-server-link.ts');
  const { createServer } = await import('./server/create-server.ts');
  const settings = settingsOf(options);
  if (settings.plant === undefined) throw new StartError('a server needs a plant file: --plant FILE');
  if (!settings.link.startsWith('nats://')) throw new StartError('a server apart needs --link nats://HOST:PORT');
  refuseRetention(settings);
  const dataDir = prepareDataDir(settings.dataDir);
  const log = createLog(settings);
  const stops = new StopList(log);
  try {
    const { plant, plantSource } = loadPlant(settings.plant);
    // An embedded historian belongs to one process, the collector's; a server apart reads a shared one or has no history.
    const historian = settings.historian.startsWith('duckdb:')
      ? null
      : await openHistorian({ url: settings.historian, plant, dataDir, clock: systemClock, log });
    if (historian === null)
      log.warn('no history: the embedded historian belongs to the collector; give both --historian influx://… for trends');
    else stops.onStop('historian', () => historian.close());
    const accessPolicy = loadAccessPolicy(settings.access);
    const http = { host: settings.httpHost, port: settings.httpPort };
    const serve = async (fence?: Fence): Promise<{ stop(): Promise<void> }> => {
      const link = await connectNatsServerLink(settings.link, {
        collectorId: 'server',
        table: plant.pointTable,
        plantId: plant.company.id,
      });
      const own = new StopList(log);
      own.onStop('link', () => link.close());
      try {
        const disk = await openDiskReserve(dataDir, log, own);
        const server = await createServer({
          plant,
          plantSource,
          isDemo: false,
          accessPolicy,
          link,
          historian,
          journalUrl: settings.journal,
          dataDir,
          disk,
          http,
          dashboardDir: path.join(root, 'dashboard', 'dist'),
          clock: systemClock,
          log,
          ...(await backupsBySchedule(settings, dataDir)),
          ...(fence === undefined ? {} : { fence }),
        });
        printWelcome({ address: server.address, isDemo: false, plant, controlUrl: null, firstPasswords: server.firstPasswords });
        server.onNorthboundReady((line) => process.stdout.write(`  ${line}\n`));
        return { stop: () => server.stop().finally(() => own.stop()) };
      } catch (error) {
        await own.stop();
        throw error;
      }
    };
    if (settings.journal.startsWith('sqlite:')) {
      const server = await serve();
      stops.onStop('server', () => server.stop());
    } else {
      const { takeTurns } = await import('./server/standby/take-turns.ts');
      const turns = await takeTurns({
        journalUrl: settings.journal,
        address:
          settings.advertise ??
          `${accessPolicy.tls === undefined ? 'http' : 'https'}://${http.host === '0.0.0.0' ? hostname() : http.host}:${http.port}`,
        http,
        policy: accessPolicy,
        clock: systemClock,
        log,
        serve,
        onStandby: (inCharge) => process.stdout.write(`  standing by; in charge is ${inCharge === '' ? 'nobody yet' : inCharge}\n`),
      });
      stops.onStop('server', () => turns.stop());
    }
    await untilSignal(stops, null);
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

function withSettings(command: Command): Command {
  return command
    .option('--http-port <port>', 'HTTP port (8080)')
    .option('--http-host <host>', 'HTTP address (127.0.0.1)')
    .option('--data-dir <folder>', 'data folder (./data)')
    .option('--plant <file>', 'plant file; the demo plant where absent')
    .option('--historian <url>', 'duckdb: (embedded) or influx://…')
    .option('--journal <url>', 'sqlite: (in the data folder), sqlite:/path, or postgres://user@host/database for several servers')
    .option('--advertise <url>', 'where the other servers on the same PostgreSQL reach this one')
    .option('--link <url>', 'inproc: or nats://…')
    .option('--access <file>', 'access file: passwords, second factor, directory, TLS, proxies')
    .option('--backup-to <folder>', 'make backups by the clock into this folder')
    .option('--backup-every <duration>', 'how often (1d)')
    .option('--backup-keep <number>', 'how many stay (14)')
    .option('--keep-readings <duration>', 'remove raw readings that are older, at least 90d; all are kept where absent')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent');
}

const program = new Command('gatewatch')
  .description('Gatewatch (站哨): station telemetry and alarm monitor for town gas')
  .showHelpAfterError();

withSettings(program.command('run').description('the whole monitor in one process; the demo plant where no plant file is given'))
  .option('--no-simulators', 'do not start the simulators (a real plant)')
  .option('--no-story', 'the demo plant stays calm until a scenario is started by hand')
  .option('--seed <number>', 'seed of the demo story', '1')
  .option('--simulator-port-base <port>', 'first port of the simulated devices (0: any free)', '0')
  .option('--simulator-control-port <port>', 'port of the scenario page (0: any free)', '8090')
  .action((options: RunOptions) => run(options));

withSettings(program.command('collector').description('the half that talks to the field'))
  .option('--collector-id <id>', 'which stations: those of this collector in the plant file', 'default')
  .option('--hold <ids>', 'instead: collectors whose stations this process may hold, its own first; other processes may hold them too')
  .option('--node <name>', 'name of this process where several may hold the same stations (the host name)')
  .option('--when-isolated <what>', 'goOn or stop reading where NATS cannot be reached and another may have taken over', 'goOn')
  .action((options: CollectorOptions) => runCollector(options));

withSettings(program.command('server').description('the half that talks to people')).action(
  (options: Partial<Record<SettingName, string>>) => runServer(options),
);

program
  .command('simulate')
  .description('the demo plant: simulated devices behind real Modbus TCP and OPC UA sockets, with scenarios on demand')
  .requiredOption('--plant-out <file>', 'where to write the plant file that matches the simulated devices')
  .option('--data-dir <folder>', 'folder for certificates', './data/simulators')
  .option('--port-base <port>', 'first port (0: any free)', '0')
  .option('--control-port <port>', 'port of the scenario page (0: any free)', '8090')
  .option('--seed <number>', 'same seed, same story', '1')
  .option('--story', 'play events by itself', false)
  .action(async (options: { plantOut: string; dataDir: string; portBase: string; controlPort: string; seed: string; story: boolean }) => {
    const { runSimulateCommand } = await import('./simulators/simulate-command.ts');
    await runSimulateCommand({
      plantFile: path.resolve(options.plantOut),
      dataDir: prepareDataDir(options.dataDir),
      portBase: Number(options.portBase),
      controlPort: Number(options.controlPort),
      seed: Number(options.seed),
      story: options.story,
      clock: systemClock,
    });
  });

const plantCommand = program.command('plant').description('work on a plant file');
plantCommand
  .command('check <file>')
  .description('print every error and warning with line and path; exit 1 where there is an error')
  .action((file: string) => {
    const { plant, plantSource } = loadPlant(file);
    for (const warning of plantSource.warnings) process.stdout.write(`${warning}\n`);
    for (const line of findingLines(findingsOf(plant))) process.stdout.write(`${line}\n`);
    process.stdout.write(
      `${file}: ${plant.stations.length} stations, ${plant.devices.length} devices, ${plant.points.length} points, ${plant.alarms.length} alarms: no errors\n`,
    );
  });
plantCommand
  .command('schema')
  .description('print the JSON Schema of the plant file, for editors')
  .action(() => {
    process.stdout.write(`${JSON.stringify(z.toJSONSchema(plantFileSchema, { io: 'input', unrepresentable: 'any' }), null, 2)}\n`);
  });

program
  .command('verify <bundle>')
  .description('check an evidence bundle from its bytes alone; exit 1 and the first thing that does not hold where one does not')
  .option('--key <id>', 'id of the signing key that you trust, as the company has given it to you')
  .option('--heads <file>', 'signed heads of the journal that you have kept (journal-heads.jsonl)')
  .action(async (bundle: string, options: { key?: string; heads?: string }) => {
    const { runVerify } = await import('./server/evidence/verify-command.ts');
    const answer = await runVerify({
      file: bundle,
      keyId: options.key,
      headsFile: options.heads,
      ...(process.stderr.isTTY ? { onProgress: (line: string) => void process.stderr.write(`\r\u001b[K${line}`) } : {}),
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (!answer.holds) throw new StartError(answer.lines.join('\n'));
    process.stdout.write(`${answer.lines.join('\n')}\n`);
  });

program
  .command('backup')
  .description('copy everything that the monitor needs into one folder, also while it runs')
  .requiredOption('--to <folder>', 'folder of the backups: this one gets a folder of its own in it')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)')
  .option('--journal <url>', 'sqlite: or postgres://… as the monitor has it')
  .option('--historian <url>', 'duckdb: or influx://… as the monitor has it')
  .option('--with-keys', 'with the private keys: whoever has them can sign in the name of this monitor', false)
  .option('--keep <number>', 'remove older backups in that folder, but so many')
  .action(async (options: BackupOptions) => {
    const { runBackup } = await import('./server/backup/backup-command.ts');
    const settings = settingsOf({ dataDir: options.dataDir, journal: options.journal, historian: options.historian });
    const { duckdbFolder } = await import('./historian/duckdb-folder.ts');
    const dataDir = path.resolve(settings.dataDir);
    const lines = await toldPlainly(
      runBackup({
        dataDir,
        journalUrl: settings.journal,
        historianDir: settings.historian.startsWith('duckdb:') ? duckdbFolder(settings.historian, dataDir) : null,
        into: path.resolve(options.to),
        hasKeys: options.withKeys,
        keep: options.keep,
        nowMs: systemClock.nowMs(),
      }),
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  });

program
  .command('restore <backup>')
  .description('put a backup into an empty data folder; refuses a damaged one, a newer one, and a folder that is not empty')
  .requiredOption('--data-dir <folder>', 'an empty folder')
  .option('--journal <url>', 'an empty database, where the backup holds a journal of PostgreSQL')
  .option('--keys-from <backup>', 'take the private keys from this backup')
  .action(async (backup: string, options: { dataDir: string; journal?: string; keysFrom?: string }) => {
    const { runRestore } = await import('./server/backup/backup-command.ts');
    const { settleRestoredOutbox } = await import('./collector/outbox/settle-restored-outbox.ts');
    const settings = settingsOf({ dataDir: options.dataDir, journal: options.journal });
    const lines = await toldPlainly(
      runRestore({
        backup: path.resolve(backup),
        dataDir: path.resolve(settings.dataDir),
        journalUrl: settings.journal,
        keysFrom: options.keysFrom === undefined ? null : path.resolve(options.keysFrom),
        restoredBy: `${accountName()}@${hostname()}`,
        nowMs: systemClock.nowMs(),
        settleOutbox: settleRestoredOutbox,
        ...(process.stderr.isTTY ? { onProgress: (line: string) => void process.stderr.write(`\r\u001b[K${line}`) } : {}),
      }),
    );
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.stdout.write(`${lines.join('\n')}\n`);
  });

interface BackupOptions {
  readonly to: string;
  readonly dataDir?: string;
  readonly journal?: string;
  readonly historian?: string;
  readonly withKeys: boolean;
  readonly keep?: string;
}

const evidenceCommand = program.command('evidence').description('the keys that sign evidence');
evidenceCommand
  .command('keys')
  .description('print the public keys, oldest first; the last signs')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { keyLines } = await import('./server/evidence/key-command.ts');
    process.stdout.write(`${(await toldPlainly(keyLines(options.dataDir))).join('\n')}\n`);
  });
evidenceCommand
  .command('rotate-key')
  .description('make a new signing key; the old one signs it, and signs nothing after')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { rotateKey } = await import('./server/evidence/key-command.ts');
    process.stdout.write(`${(await toldPlainly(rotateKey(options.dataDir, systemClock.nowMs()))).join('\n')}\n`);
  });

const northboundCommand = program.command('northbound').description('which OPC UA clients may connect');
northboundCommand
  .command('clients')
  .description('print every client certificate that was trusted or refused')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { clientList } = await import('./server/northbound/opcua/client-command.ts');
    process.stdout.write(`${clientList(options.dataDir)}\n`);
  });
for (const [name, state, description] of [
  ['trust', 'trusted', 'let a client in that was refused'],
  ['distrust', 'rejected', 'refuse a client that was trusted'],
] as const)
  northboundCommand
    .command(`${name} <thumbprint>`)
    .description(`${description}: the SHA-1 thumbprint, as \`clients\` prints it`)
    .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
    .action(async (thumbprint: string, options: { dataDir: string }) => {
      const { moveClient } = await import('./server/northbound/opcua/client-command.ts');
      const told = moveClient(options.dataDir, thumbprint, state);
      if (told === null)
        throw new StartError(`no client with the certificate ${thumbprint} has tried to connect: see gatewatch northbound clients`);
      process.stdout.write(`${told}\n`);
    });

try {
  await program.parseAsync();
  // A pipe takes its time: what was printed must be out before the process ends.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(0);
} catch (error) {
  process.stderr.write(error instanceof StartError ? `${error.message}\n` : `gatewatch: ${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
}
