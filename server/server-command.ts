// `gatewatch server`: the half that talks to people, apart from the collectors. On PostgreSQL several of them take turns; with SQLite there is this one.
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { AccessPolicy } from '../domain/access/access-policy.ts';
import type { Plant } from '../domain/plant/plant.ts';
import type { Settings } from '../domain/settings/settings.ts';
import type { OnStop } from '../domain/start/on-stop.ts';
import type { Clock } from '../domain/time/clock.ts';
import { DiskReserve } from '../historian/disk-reserve.ts';
import type { Historian } from '../historian/historian.ts';
import { openHistorian } from '../historian/open-historian.ts';
import { connectNatsServerLink } from '../link/nats/nats-server-link.ts';
import { loadAccessFile } from './access/load-access-file.ts';
import { backupScheduleOf } from './backup/backup-schedule.ts';
import { createServer } from './create-server.ts';
import type { Fence } from './journal/ledger.ts';
import type { PlantFileSource } from './plant/plant-versions.ts';
import { StopList } from './stop-list.ts';
import { welcomeText } from './welcome.ts';

export interface ServerCommand {
  readonly settings: Settings;
  readonly plant: Plant;
  readonly plantSource: PlantFileSource;
  readonly dataDir: string;
  readonly dashboardDir: string;
  /** The file that `gatewatch backup` is run with. */
  readonly executable: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onStop: OnStop;
  readonly print: (line: string) => void;
}

export async function startServerApart(command: ServerCommand): Promise<void> {
  const { settings, clock, log, onStop } = command;
  const historian = await openSharedHistorian(command);
  const policy = loadAccessFile(settings.access);
  const serve = (fence?: Fence) => serveApart(command, { historian, policy, fence });
  if (settings.journal.startsWith('sqlite:')) {
    const server = await serve();
    onStop('server', () => server.stop());
    return;
  }
  const { takeTurns } = await import('./standby/take-turns.ts');
  const http = { host: settings.httpHost, port: settings.httpPort };
  const turns = await takeTurns({
    journalUrl: settings.journal,
    address:
      settings.advertise ??
      `${policy.tls === undefined ? 'http' : 'https'}://${http.host === '0.0.0.0' ? hostname() : http.host}:${http.port}`,
    http,
    policy,
    clock,
    log,
    serve,
    onStandby: (inCharge) => command.print(`  standing by; in charge is ${inCharge === '' ? 'nobody yet' : inCharge}`),
  });
  onStop('server', () => turns.stop());
}

/** An embedded historian belongs to one process, the collector's; a server apart reads a shared one or has no history. */
async function openSharedHistorian({ settings, plant, dataDir, clock, log, onStop }: ServerCommand): Promise<Historian | null> {
  if (settings.historian.startsWith('duckdb:')) {
    log.warn('no history: the embedded historian belongs to the collector; give both --historian influx://… for trends');
    return null;
  }
  const historian = await openHistorian({ url: settings.historian, plant, dataDir, clock, log });
  onStop('historian', () => historian.close());
  return historian;
}

/** Once for each time in charge. */
async function serveApart(
  command: ServerCommand,
  own: { readonly historian: Historian | null; readonly policy: AccessPolicy; readonly fence: Fence | undefined },
): Promise<{ stop(): Promise<void> }> {
  const { settings, plant, plantSource, dataDir, clock, log, print } = command;
  const link = await connectNatsServerLink(settings.link, {
    collectorId: 'server',
    table: plant.pointTable,
    plantId: plant.company.id,
    log,
  });
  const stops = new StopList(log);
  stops.onStop('link', () => link.close());
  try {
    const disk = await DiskReserve.open({ dataDir, clock, log });
    stops.onStop('disk', () => disk.stop());
    const server = await createServer({
      plant,
      plantSource,
      isDemo: false,
      accessPolicy: own.policy,
      link,
      historian: own.historian,
      journalUrl: settings.journal,
      dataDir,
      disk,
      http: { host: settings.httpHost, port: settings.httpPort },
      dashboardDir: command.dashboardDir,
      clock,
      log,
      ...backupScheduleOf(settings, dataDir, command.executable),
      ...(own.fence === undefined ? {} : { fence: own.fence }),
    });
    print(welcomeText({ address: server.address, isDemo: false, plant, controlUrl: null, firstPasswords: server.firstPasswords }));
    server.onNorthboundReady((line) => print(`  ${line}`));
    return { stop: () => server.stop().finally(() => stops.stop()) };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}
