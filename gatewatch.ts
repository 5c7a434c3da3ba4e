#!/usr/bin/env node
// The one executable: the command line, and the whole monitor in one process. It reads the settings, composes the parts and stops them in order; the parts know
// nothing of it. Parts are imported when a command needs them, so that checking a plant file does not load an OPC UA stack.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Logger, pino } from 'pino';
import type { CollectorOptions } from './collector/collector-command.ts';
import { systemClock } from './collector/system-clock.ts';
import { parseSettings, type SettingName, type Settings } from './domain/settings/settings.ts';
import { StartError, toldPlainly } from './domain/start/start-error.ts';
import { isAlarmStep } from './domain/tracing/alarm-step.ts';
import { retentionOf } from './historian/reading-retention.ts';
import { commandPerson } from './server/access/command-person.ts';
import { loadAccessFile } from './server/access/load-access-file.ts';
import { prepareDataDir } from './server/backup/prepare-data-dir.ts';
import { loadPlantFile } from './server/plant/load-plant-file.ts';
import type { Server } from './server/server-options.ts';
import { StopList } from './server/stop-list.ts';
import type { DemoOptions } from './simulators/demo-process.ts';

const executable = fileURLToPath(import.meta.url);
const dashboardDir = path.join(path.dirname(executable), 'dashboard', 'dist');

type SettingOptions = Partial<Record<SettingName, string>>;

interface RunOptions extends SettingOptions, DemoOptions {
  readonly simulators: boolean;
}

interface BackupOptions {
  readonly to: string;
  readonly dataDir?: string;
  readonly journal?: string;
  readonly historian?: string;
  readonly withKeys: boolean;
  readonly keep?: string;
}

const showProgress = (line: string) => void process.stderr.write(`\r\u001b[K${line}`);
const onTerminal = process.stderr.isTTY ? { onProgress: showProgress } : {};
const clearProgress = () => {
  if (process.stderr.isTTY) showProgress('');
};
const print = (line: string) => void process.stdout.write(`${line}\n`);

function settingsOf(options: Partial<Record<SettingName, string | undefined>>): Settings {
  const parsed = parseSettings(process.env, options);
  if (parsed.kind === 'invalid') throw new StartError(parsed.messages.join('\n'));
  return parsed.settings;
}

function settingsOfHalf(half: 'collector' | 'server', options: SettingOptions): Settings & { readonly plant: string } {
  const settings = settingsOf(options);
  const { plant } = settings;
  if (plant === undefined) throw new StartError(`a ${half} needs a plant file: --plant FILE`);
  if (!settings.link.startsWith('nats://')) throw new StartError(`a ${half} apart needs --link nats://HOST:PORT`);
  if (settings.keepReadings !== undefined)
    throw new StartError('--keep-readings is for gatewatch run: with the halves apart InfluxDB removes by the retention of its own bucket');
  return { ...settings, plant };
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

/** What was started runs until a signal, or until it ends by itself; then everything is stopped, and a reason to end is told. */
async function untilEnd(log: Logger, start: (stops: StopList) => Promise<{ readonly ended?: Promise<StartError | null> }>): Promise<void> {
  const stops = new StopList(log);
  try {
    const { ended } = await start(stops);
    const reason = await Promise.race([signal(), ...(ended === undefined ? [] : [ended])]);
    if (reason !== null) throw reason;
  } finally {
    await stops.stop();
  }
}

function signal(): Promise<null> {
  return new Promise((resolve) => {
    // A server that waits for its next try has no socket and no timer that would keep the process. Its end is `process.exit`.
    setInterval(() => undefined, 60_000);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(null));
  });
}

async function run(options: RunOptions): Promise<void> {
  const settings = settingsOf(options);
  const isDemo = settings.plant === undefined;
  if (isDemo && !options.simulators)
    throw new StartError('--no-simulators needs a plant file: add --plant FILE, or leave --no-simulators out for the demo plant');
  if (settings.link !== 'inproc:')
    throw new StartError(`--link ${settings.link} is for the halves apart: use gatewatch collector and gatewatch server`);
  // The demo keeps to its own folder, so that a real plant never starts with a demo's journal.
  const dataDir = prepareDataDir(isDemo ? path.join(settings.dataDir, 'demo') : settings.dataDir);
  const log = createLog(settings);
  await untilEnd(log, (stops) => startWhole(options, { settings, dataDir, log, stops }));
}

/** The whole monitor in one process; the demo plant beside it where no plant file is given. */
async function startWhole(
  options: RunOptions,
  parts: { readonly settings: Settings; readonly dataDir: string; readonly log: Logger; readonly stops: StopList },
): Promise<{ readonly ended?: Promise<null> }> {
  const { createInProcessLink } = await import('./link/in-process/in-process-link.ts');
  const { openReadings } = await import('./historian/open-readings.ts');
  const { backupScheduleOf } = await import('./server/backup/backup-schedule.ts');
  const { createServer } = await import('./server/create-server.ts');
  const { createCollector } = await import('./collector/collector.ts');
  const { settings, dataDir, log, stops } = parts;
  const clock = systemClock;
  const demo = settings.plant === undefined ? await startDemo(dataDir, options, stops) : null;
  const { plant, plantSource } = loadPlantFile(demo?.plantFile ?? (settings.plant as string));
  for (const warning of plantSource.warnings) log.warn(warning);
  let noteRemoval: Server['noteRemovedReadings'] = () => Promise.reject(new Error('the journal is not open yet'));
  const retention = retentionOf(settings, (removal) => noteRemoval(removal));
  const onStop = stops.onStop.bind(stops);
  const { historian, disk } = await openReadings({ url: settings.historian, plant, dataDir, clock, log, ...retention }, onStop);
  const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
  stops.onStop('link', () => link.server.close());
  const server = await createServer({
    plant,
    plantSource,
    isDemo: demo !== null,
    hasDemoDuty: demo !== null,
    accessPolicy: loadAccessFile(settings.access),
    link: link.server,
    historian,
    journalUrl: settings.journal,
    dataDir,
    disk,
    http: { host: settings.httpHost, port: settings.httpPort },
    dashboardDir,
    clock,
    log,
    ...backupScheduleOf(settings, dataDir, executable),
  });
  stops.onStop('server', () => server.stop());
  noteRemoval = server.noteRemovedReadings;
  const collector = await createCollector({ plant, historian, link: link.collector, disk, dataDir, clock, log });
  stops.onStop('collector', () => collector.stop());
  await collector.start();
  const { address, firstPasswords } = server;
  const { welcomeText } = await import('./server/welcome.ts');
  print(welcomeText({ address, isDemo: demo !== null, plant, controlUrl: demo?.controlUrl ?? null, firstPasswords }));
  server.onNorthboundReady((line) => print(`  ${line}`));
  return demo === null ? {} : { ended: demo.ended };
}

async function startDemo(dataDir: string, options: RunOptions, stops: StopList) {
  const { startDemoProcess } = await import('./simulators/demo-process.ts');
  const demo = await startDemoProcess(executable, dataDir, options);
  stops.onStop('simulators', () => demo.stop());
  Object.assign(process.env, demo.environment);
  return demo;
}

async function runCollector(options: SettingOptions & CollectorOptions): Promise<void> {
  const settings = settingsOfHalf('collector', options);
  const dataDir = prepareDataDir(settings.dataDir);
  const log = createLog(settings);
  const { startCollectorApart } = await import('./collector/collector-command.ts');
  await untilEnd(log, (stops) => {
    const { plant } = loadPlantFile(settings.plant);
    return startCollectorApart(options, { settings, plant, dataDir, clock: systemClock, log, onStop: stops.onStop.bind(stops), print });
  });
}

async function runServer(options: SettingOptions): Promise<void> {
  const settings = settingsOfHalf('server', options);
  const dataDir = prepareDataDir(settings.dataDir);
  const log = createLog(settings);
  const { startServerApart } = await import('./server/server-command.ts');
  await untilEnd(log, async (stops) => {
    const onStop = stops.onStop.bind(stops);
    const plantFile = loadPlantFile(settings.plant);
    await startServerApart({ ...plantFile, settings, dataDir, dashboardDir, executable, clock: systemClock, log, onStop, print });
    return {};
  });
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
  .action((options: SettingOptions & CollectorOptions) => runCollector(options));

withSettings(program.command('server').description('the half that talks to people')).action((options: SettingOptions) =>
  runServer(options),
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
  .action(async (file: string) => {
    const { checkPlantFile } = await import('./server/plant/plant-command.ts');
    for (const line of checkPlantFile(file)) print(line);
  });
plantCommand
  .command('schema')
  .description('print the JSON Schema of the plant file, for editors')
  .action(async () => {
    const { plantSchemaText } = await import('./server/plant/plant-command.ts');
    print(plantSchemaText());
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
      ...onTerminal,
    });
    clearProgress();
    if (!answer.holds) throw new StartError(answer.lines.join('\n'));
    print(answer.lines.join('\n'));
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
    print(lines.join('\n'));
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
        restoredBy: commandPerson(),
        nowMs: systemClock.nowMs(),
        settleOutbox: settleRestoredOutbox,
        ...onTerminal,
      }),
    );
    clearProgress();
    print(lines.join('\n'));
  });

const evidenceCommand = program.command('evidence').description('the keys that sign evidence');
evidenceCommand
  .command('keys')
  .description('print the public keys, oldest first; the last signs')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { keyLines } = await import('./server/evidence/key-command.ts');
    print((await toldPlainly(keyLines(options.dataDir))).join('\n'));
  });
evidenceCommand
  .command('rotate-key')
  .description('make a new signing key; the old one signs it, and signs nothing after')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { rotateKey } = await import('./server/evidence/key-command.ts');
    print((await toldPlainly(rotateKey(options.dataDir, systemClock.nowMs()))).join('\n'));
  });

const northboundCommand = program.command('northbound').description('which OPC UA clients may connect');
northboundCommand
  .command('clients')
  .description('print every client certificate that was trusted or refused')
  .option('--data-dir <folder>', 'data folder (./data; the demo plant: ./data/demo)', './data')
  .action(async (options: { dataDir: string }) => {
    const { clientList } = await import('./server/northbound/opcua/client-command.ts');
    print(clientList(options.dataDir));
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
      print(told);
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
