// The half that talks to people: composes journal, alarms, access, HTTP and the live channel, and stops them in order.
import { readFileSync } from 'node:fs';
import type { Server as HttpsServer } from 'node:https';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type AccessPolicy, defaultAccessPolicy } from '../domain/access/access-policy.ts';
import type { NorthboundPart } from '../domain/api/northbound-api.ts';
import type { CollectorStatus } from '../domain/messages/collector-status.ts';
import type { Plant } from '../domain/plant/plant.ts';
import type { Clock } from '../domain/time/clock.ts';
import { repeat } from '../domain/time/repeat.ts';
import type { DiskReserve } from '../historian/disk-reserve.ts';
import type { HistorianReader, ReadingRemoval } from '../historian/historian.ts';
import type { ServerLink } from '../link/link.ts';
import { AccessControl } from './access/access-control.ts';
import { openAccessKey } from './access/access-key.ts';
import type { FirstPassword } from './access/first-people.ts';
import { openDirectory } from './access/open-directory.ts';
import { openAlarmSettings } from './alarm-settings/open-alarm-settings.ts';
import { alarmContextRoutes } from './alarms/alarm-context-routes.ts';
import { AlarmStore } from './alarms/alarm-store.ts';
import { AlarmViews } from './alarms/alarm-view.ts';
import { startFloodWatch } from './alarms/flood-watch.ts';
import { startMarks } from './alarms/start-marks.ts';
import { noteRestore } from './backup/restore-mark.ts';
import { type BackupSchedule, ScheduledBackups } from './backup/scheduled-backups.ts';
import { makeDemoDuty } from './duty/demo-duty.ts';
import { openDuty } from './duty/duty.ts';
import { People } from './duty/people.ts';
import { engineeringRoutes } from './engineering/engineering-routes.ts';
import { readPlantApart } from './engineering/plant-work.ts';
import { RefusedCertificates } from './engineering/refused-certificates.ts';
import { ScanHistory } from './engineering/scan-history.ts';
import { openEvidence } from './evidence/open-evidence.ts';
import { plantSection } from './evidence/sections/plant-section.ts';
import { dutySection, hazardsSection, incidentsSection, workSection } from './evidence/sections/record-sections.ts';
import { startHazards } from './hazards/start-hazards.ts';
import { monitorAlarms } from './health/monitor-alarms.ts';
import { startHealth } from './health/start-health.ts';
import { accountRoutes } from './http/account-routes.ts';
import { alarmRoutes } from './http/alarm-routes.ts';
import { apiTokenRoutes } from './http/api-token-routes.ts';
import { createApp } from './http/create-app.ts';
import { directoryRoutes } from './http/directory-routes.ts';
import { healthRoutes } from './http/health-routes.ts';
import { plantRoutes } from './http/plant-routes.ts';
import { readingsRoutes } from './http/readings-routes.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { followTlsFiles } from './http/tls-files.ts';
import { userRoutes } from './http/user-routes.ts';
import { startIncidents } from './incidents/start-incidents.ts';
import { openDatabase } from './journal/database.ts';
import { Journal } from './journal/journal.ts';
import { type Fence, Ledger } from './journal/ledger.ts';
import { noteRemovedReadings } from './journal/removed-readings.ts';
import { LastValues } from './live/last-values.ts';
import { createLiveChannel, type LiveChannel } from './live/live-channel.ts';
import { loopTestRoutes } from './loop-test/loop-test-routes.ts';
import { LoopTests } from './loop-test/loop-tests.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import { maintenanceRoutes } from './maintenance/maintenance-routes.ts';
import { WorkWindows } from './maintenance/work-windows.ts';
import { mapRoutes } from './maps/map-routes.ts';
import { feedRoutes } from './northbound/feed/feed-routes.ts';
import { startNorthbound } from './northbound/northbound.ts';
import { openNotifications } from './notification/open-notifications.ts';
import { obligationEvidence } from './obligations/evidence-part.ts';
import { hazardSource } from './obligations/hazard-source.ts';
import { openObligations } from './obligations/open-obligations.ts';
import { patrolEvidence } from './patrols/evidence-part.ts';
import { startPatrols } from './patrols/start-patrols.ts';
import { openPerformance } from './performance/open-performance.ts';
import { CurrentPlant } from './plant/current-plant.ts';
import { plantVersionRoutes } from './plant/plant-version-routes.ts';
import { type PlantFileSource, PlantVersions } from './plant/plant-versions.ts';
import { openPush } from './push/open-push.ts';
import { openReplay } from './replay/open-replay.ts';
import { StopList } from './stop-list.ts';
import { trendExportRoutes } from './trends/export/trend-export-routes.ts';
import { trendRoutes } from './trends/trend-routes.ts';
import { trendViewRoutes } from './trends/trend-view-routes.ts';
import { TrendViews } from './trends/trend-views.ts';
import { openVideo } from './video/open-video.ts';
import { WallLinks } from './wall/wall-links.ts';
import { wallRoutes } from './wall/wall-routes.ts';

export interface ServerOptions {
  /** As the plant file says; approved alarm settings come on top of it. */
  readonly plant: Plant;
  readonly isDemo: boolean;
  /** Name and text of the plant file, for engineers. */
  readonly plantSource?: PlantFileSource;
  readonly link: ServerLink;
  readonly historian: HistorianReader | null;
  readonly journalUrl: string;
  readonly dataDir: string;
  /** Whether its disk is full, and when that changes. */
  readonly disk?: Pick<DiskReserve, 'isFull' | 'onChange'>;
  readonly http: { readonly host: string; readonly port: number };
  readonly dashboardDir: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the access file; the defaults where absent. */
  readonly accessPolicy?: AccessPolicy;
  /** Where several servers share the journal's database: what each transaction passes first. */
  readonly fence?: Fence;
  /** Colleagues, contacts and a roster around now for the demo plant. */
  readonly hasDemoDuty?: boolean;
  /** Backups by the clock; none where absent. */
  readonly backups?: BackupSchedule;
  /** 0 to 1, for moments that nobody may foresee (watch checks). */
  readonly random?: () => number;
}

export interface Server {
  readonly address: string;
  /** Of people that this start has made, printed once: the first administrator of a real plant. */
  readonly firstPasswords: readonly FirstPassword[];
  /** Calls back with a line to print when an interface that other systems connect to is ready; that may be seconds after the start. */
  onNorthboundReady(listener: (line: string) => void): void;
  /** Before raw readings are removed: a line of the journal. Nothing is removed where it cannot be written. */
  noteRemovedReadings(removal: ReadingRemoval): Promise<void>;
  stop(): Promise<void>;
}

const expiryCheckMs = 1_000;

export async function createServer(options: ServerOptions): Promise<Server> {
  const { link, clock, log } = options;
  const current = new CurrentPlant(options.plant, monitorAlarms(options.plant.alarms.length));
  const { plant } = current;
  const stops = new StopList(log);
  const onStop = (name: string, stop: () => Promise<void> | void) => stops.onStop(name, stop);
  const stop = () => stops.stop();

  try {
    const database = await openDatabase(options.journalUrl, options.dataDir);
    onStop('database', () => database.destroy());
    const journal = await Journal.open(database);
    const ledger = new Ledger(database, journal, clock, options.fence ?? null);
    await noteRestore(ledger, options.dataDir);
    const plantVersions = await PlantVersions.open({ plant: options.plant, source: options.plantSource ?? null, ledger, clock });
    // The live channel comes after those who speak through it.
    let announce: LiveChannel['announce'] = () => undefined;
    let announcePlant: LiveChannel['announcePlant'] = () => undefined;
    const alarmSettings = await openAlarmSettings({
      plantOfFile: options.plant,
      current,
      ledger,
      link,
      clock,
      log,
      announce: (what, version) => {
        announce('alarmSettings', null);
        if (what === 'settings') announcePlant(version);
      },
    });
    const windows = await WorkWindows.open({ plant, database, nowMs: clock.nowMs() });
    const store = await AlarmStore.open({ plant, ledger, clock, circumstances: windows, log });
    const policy = options.accessPolicy ?? defaultAccessPolicy;
    const access = new AccessControl(ledger, clock, { policy, key: await openAccessKey(options.dataDir) });
    onStop('access', () => access.stop());
    const isLoopback = options.http.host === '127.0.0.1' || options.http.host === '::1' || options.http.host === 'localhost';
    const firstPasswords = await access.prepare(options.isDemo && isLoopback ? 'demo' : 'real');
    const views = new AlarmViews(plant, store, await startMarks({ plant, ledger, clock }), clock);
    const floods = await startFloodWatch({ ledger, users: () => access.users(), clock, log });
    onStop('flood watch', () => floods.stop());
    const alarmPerformance = await openPerformance({ plant, ledger, access, historian: options.historian, clock, log });
    onStop('alarm performance', () => alarmPerformance.stop());
    const values = new LastValues(plant, clock);
    const statuses = new Map<string, CollectorStatus>();
    const collectorStatuses = () => [...statuses.values()];

    const people = new People(access, ledger, clock);
    const push = await openPush({ settings: plant.notifications, dataDir: options.dataDir, ledger, access, clock, log });
    const notifications = await openNotifications({
      plant,
      ledger,
      access,
      alarms: store,
      dataDir: options.dataDir,
      contacts: people,
      otherTargets: push.target === null ? [] : [push.target],
      environment: process.env,
      clock,
      log,
      onChanged: () => announce('notifications', null),
    });
    onStop('notifications', () => notifications.center.stop());
    const incidents = await startIncidents({
      plant,
      ledger,
      alarms: store,
      access,
      notifier: notifications.center,
      dataDir: options.dataDir,
      clock,
      log,
    });
    onStop('incidents', () => incidents.stop());
    const hazards = await startHazards({
      plant,
      ledger,
      alarms: store,
      access,
      notifier: notifications.center,
      dataDir: options.dataDir,
      clock,
      log,
      announce: (stationId) => announce('hazards', stationId),
    });
    onStop('hazards', () => hazards.stop());
    const patrols = await startPatrols({
      plant,
      ledger,
      hazards: hazards.store,
      access,
      notifier: notifications.center,
      dataDir: options.dataDir,
      clock,
      log,
      announce: (stationId) => announce('patrols', stationId),
    });
    onStop('patrols', () => patrols.stop());

    const app = await createApp({ access, log, dashboardDir: options.dashboardDir });
    const directory = openDirectory({ access, plant, environment: process.env, clock, log });
    let socketCount = () => 0;
    let mostBufferedBytes = () => 0;
    let northboundStatuses = (): readonly NorthboundPart[] => [];
    await app.register(sessionRoutes(access, options.isDemo, async () => (await directory?.status()) ?? null));
    await app.register(directoryRoutes(access, directory));
    await app.register(accountRoutes(access));
    await app.register(userRoutes(access, plant));
    await app.register(apiTokenRoutes(access, plant));
    await app.register(mapRoutes({ dataDir: options.dataDir, wanted: plant.map, log }));
    await app.register(wallRoutes(await WallLinks.open({ plant, ledger, access, clock })));
    await app.register(plantRoutes({ plant, isDemo: options.isDemo, store, values, collectorStatuses }));
    await app.register(alarmRoutes({ plant, store, views, access, database, clock }));
    await app.register(alarmContextRoutes({ plant, store, views, database, clock }));
    const announceWork = (stationId: string) => announce('maintenance', stationId);
    const maintenance = new Maintenance({ plant, ledger, alarms: store, windows, clock, announce: announceWork });
    await app.register(maintenanceRoutes({ plant, maintenance }));
    const scanHistory = new ScanHistory();
    const refusedCertificates = await RefusedCertificates.open({
      plant,
      ledger,
      clock,
      report: (error) => log.error({ err: error }, 'a refused certificate of a device could not be written down; trying again'),
    });
    await app.register(
      engineeringRoutes({
        plant,
        plantSource: options.plantSource ?? null,
        link,
        ledger,
        history: scanHistory,
        statuses: collectorStatuses,
        isLive: (collectorId) => values.isLive(collectorId),
        clock,
      }),
    );
    await app.register(plantVersionRoutes(plantVersions));
    const loopTests = new LoopTests({
      plant,
      ledger,
      clock,
      isUnderTest: (pointId) => windows.testOf(pointId) !== null,
      announce: (stationId) => announce('maintenance', stationId),
    });
    const collectorOfPoint = (pointId: string) =>
      plant.stations[plant.points[plant.pointIndexById.get(pointId) ?? -1]?.stationIndex ?? -1]?.collectorId ?? 'default';
    await app.register(
      loopTestRoutes({ plant, loopTests, readPoint: (pointId) => link.command(collectorOfPoint(pointId), { kind: 'point', pointId }) }),
    );
    const duty = await openDuty({
      plant,
      ledger,
      access,
      people,
      store,
      notifier: notifications.center,
      channels: notifications.configuredChannels,
      clock,
      log,
      random: options.random ?? Math.random,
      work: () => windows.running(),
      incidents: () => incidents.store.unsettled(),
      hazards: () => hazards.store.openOnes(),
      announce: () => announce('duty', null),
    });
    onStop('duty', () => duty.stop());
    if (options.hasDemoDuty === true) await makeDemoDuty({ plant, access, people, roster: duty.roster, clock });
    await app.register(duty.routes);
    await app.register(notifications.routes);
    await app.register(incidents.routes);
    await app.register(hazards.routes);
    await app.register(patrols.routes);
    await app.register(alarmPerformance.routes);
    await app.register(push.routes);
    await app.register(alarmSettings.routes(access));
    await app.register(readingsRoutes({ plant, historian: options.historian, clock }));
    const replay = openReplay({
      plant,
      ledger,
      historian: options.historian,
      settings: alarmSettings.book,
      incidents: incidents.store,
      clock,
      log,
    });
    onStop('replay', () => replay.stop());
    await app.register(replay.routes);
    await app.register(trendRoutes({ plant, database, historian: options.historian }));
    await app.register(trendExportRoutes({ plant, historian: options.historian, dataDir: options.dataDir }));
    const trendViews = new TrendViews(ledger, clock);
    await app.register(trendViewRoutes({ plant, views: trendViews, announce: () => announce('trendViews', null) }));
    await app.register(feedRoutes({ plant, journal, ledger, clock, onStop }));
    const video = await openVideo({
      plant,
      ledger,
      link,
      values,
      statuses: collectorStatuses,
      dataDir: options.dataDir,
      clock,
      log,
      announce: (stationId) => announce('cameras', stationId),
    });
    onStop('video', () => video.stop());
    await app.register(video.routes);
    const obligations = await openObligations({
      plant,
      plantOfFile: options.plant,
      dataDir: options.dataDir,
      ledger,
      access,
      historian: options.historian,
      notifier: notifications.center,
      hazards: hazardSource(hazards.store, plant.company.timeZone),
      sources: [...patrols.sources, ...video.sources],
      clock,
      log,
      announce: () => announce('obligations', null),
    });
    onStop('obligations', () => obligations.stop());
    await app.register(obligations.routes);
    const evidence = await openEvidence({
      plant,
      ledger,
      journal,
      historian: options.historian,
      sections: [
        obligationEvidence(plant, obligations.book),
        incidentsSection(database),
        dutySection(database),
        hazardsSection(database),
        patrolEvidence(database),
        video.evidence,
        workSection(database),
        plantSection({ plant, versions: plantVersions, settings: alarmSettings.book.log, readPlant: readPlantApart }),
      ],
      dataDir: options.dataDir,
      software: `Gatewatch ${productVersion()}`,
      clock,
      log,
      announce: () => announce('evidence', null),
    });
    onStop('evidence', () => evidence.stop());
    await app.register(evidence.routes);
    const backups = await ScheduledBackups.start({
      ledger,
      dataDir: options.dataDir,
      schedule: options.backups ?? null,
      clock,
      report: (error) => log.error({ err: error }, 'backups could not be looked after; trying again'),
    });
    onStop('backups', () => backups.stop());
    const health = await startHealth({
      plant,
      dataDir: options.dataDir,
      isDiskFull: () => options.disk?.isFull ?? false,
      isDemo: options.isDemo,
      link,
      values,
      journal,
      ledger,
      store,
      hasHistory: options.historian !== null,
      setAside: () => store.setAside,
      backup: () => backups.facts(),
      statuses: collectorStatuses,
      northbound: () => northboundStatuses(),
      channels: notifications.channels,
      onDuty: duty.onDuty,
      heads: evidence.heads,
      administrators: () => access.accounts.whoManages(),
      httpsCertificateFile: policy.tls?.certificateFile ?? null,
      clock,
      log,
    });
    onStop('health', () => health.stop());
    await app.register(
      healthRoutes({
        health,
        plantVersion: plant.version,
        version: productVersion(),
        access,
        store,
        journal,
        values,
        link,
        clock,
        collectorStatuses,
        isHistorianKnown: options.historian !== null,
        socketCount: () => socketCount(),
        mostBufferedBytes: () => mostBufferedBytes(),
        northbound: () => northboundStatuses(),
        notifications,
      }),
    );
    await app.ready();
    const live = createLiveChannel({
      httpServer: app.server,
      parseCookie: (header) => app.parseCookie(header),
      plant,
      access,
      store,
      views,
      floods,
      incidents: incidents.store,
      values,
      clock,
      log,
    });
    socketCount = () => live.clientCount;
    mostBufferedBytes = () => live.mostBufferedBytes;
    announce = live.announce;
    announcePlant = live.announcePlant;
    onStop('http', () => app.close());
    if (policy.tls !== undefined) onStop('certificate', followTlsFiles(policy.tls, app.server as unknown as HttpsServer, clock, log));
    onStop('live channel', () => live.close());

    const lookAtClock = () => store.tick().then(() => maintenance.tick());
    const stopLooking = repeat(clock, { firstMs: expiryCheckMs, everyMs: expiryCheckMs }, lookAtClock, (error) =>
      log.error({ err: error }, 'what time does to alarms could not be committed; trying again'),
    );
    onStop('expiry', stopLooking);

    const guarded = <T>(what: string, work: () => Promise<T>): Promise<T> =>
      work().catch((error: unknown) => {
        log.error({ err: error }, `${what} could not be committed; the collector keeps it and sends it again`);
        throw error;
      });
    link.handleConditions((delivery) => guarded('conditions', () => store.deliver(delivery)));
    link.handleTakeover((request) => guarded('a takeover', () => store.takeOver(request)));
    link.handleStatement((statement) => guarded('a condition statement', () => store.state(statement)));
    onStop(
      'readings',
      link.onReadings((collectorId, batch) => values.put(collectorId, batch)),
    );
    onStop(
      'status',
      link.onStatus((status) => {
        statuses.set(status.collectorId, status);
        values.heard(status.collectorId);
        alarmSettings.hear(status);
        health.hear(status);
        scanHistory.hear(status, clock.nowMs());
        refusedCertificates.hear(status);
      }),
    );
    const stopHearingDisk = options.disk?.onChange(() => health.lookNow());
    if (stopHearingDisk !== undefined) onStop('disk', stopHearingDisk);
    if (options.disk?.isFull === true) health.lookNow();
    onStop(
      'doubt',
      store.onDoubt(() => link.requestStatements()),
    );
    onStop(
      'set aside',
      store.onSetAside(() => {
        log.error({ setAside: store.setAside.count }, 'a condition message could not be taken and was set aside; see the journal');
        // What it may have said is put right by level.
        link.requestStatements();
        health.lookNow();
      }),
    );
    onStop(
      'members',
      link.onMember((member) => health.hearMember(member)),
    );
    const northbound = await startNorthbound({
      plant,
      journal,
      ledger,
      store,
      values,
      access,
      clock,
      log,
      isFirstOut: ({ definition, record }) => views.view(definition, record).isFirstOut,
      dataDir: options.dataDir,
      version: productVersion(),
    });
    northboundStatuses = () => northbound.statuses();
    onStop('northbound', () => northbound.stop());
    await ledger.note({
      occurredAtMs: clock.nowMs(),
      kind: 'system.start',
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'server' },
      detail: { version: productVersion(), plantVersion: plant.version },
    });
    onStop('stop line', () =>
      ledger.note({
        occurredAtMs: clock.nowMs(),
        kind: 'system.stop',
        stationId: null,
        alarmId: null,
        occurrenceId: null,
        actor: { kind: 'system', part: 'server' },
        detail: {},
      }),
    );
    await lookAtClock(); // what ran out while the server was down has ended before anybody looks
    const address = await app.listen({ host: options.http.host, port: options.http.port });
    link.announceReady();
    link.requestSnapshots();
    log.info({ address }, 'server listening');
    return {
      address,
      firstPasswords,
      onNorthboundReady: (listener) => northbound.onReady(listener),
      noteRemovedReadings: (removal) => noteRemovedReadings(ledger, clock, removal),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function productVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
