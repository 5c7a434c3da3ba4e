// The half that talks to people: composes journal, alarms, access, HTTP and the live channel, and stops them in order.
import type { Server as HttpsServer } from 'node:https';
import { defaultAccessPolicy } from '../domain/access/access-policy.ts';
import type { NorthboundPart } from '../domain/api/northbound-api.ts';
import type { CollectorStatus } from '../domain/messages/collector-status.ts';
import { repeat } from '../domain/time/repeat.ts';
import { AccessControl } from './access/access-control.ts';
import { openAccessKey } from './access/access-key.ts';
import { openDirectory } from './access/open-directory.ts';
import { openAlarmSettings } from './alarm-settings/open-alarm-settings.ts';
import { alarmContextRoutes } from './alarms/alarm-context-routes.ts';
import { AlarmStore } from './alarms/alarm-store.ts';
import { AlarmViews } from './alarms/alarm-view.ts';
import { startFloodWatch } from './alarms/flood-watch.ts';
import { startMarks } from './alarms/start-marks.ts';
import { noteRestore } from './backup/restore-mark.ts';
import { ScheduledBackups } from './backup/scheduled-backups.ts';
import { makeDemoDuty } from './duty/demo-duty.ts';
import { openEngineering } from './engineering/open-engineering.ts';
import { readPlantApart } from './engineering/plant-work.ts';
import { openEvidence } from './evidence/open-evidence.ts';
import { plantSection } from './evidence/sections/plant-section.ts';
import { dutySection, hazardsSection, incidentsSection, workSection } from './evidence/sections/record-sections.ts';
import { startHazards } from './hazards/start-hazards.ts';
import { monitorAlarms } from './health/monitor-alarms.ts';
import { startHealth } from './health/start-health.ts';
import { hearCollectors } from './hear-collectors.ts';
import { alarmRoutes } from './http/alarm-routes.ts';
import { createApp } from './http/create-app.ts';
import { doorRoutes } from './http/door-routes.ts';
import { healthRoutes } from './http/health-routes.ts';
import { plantRoutes } from './http/plant-routes.ts';
import { followTlsFiles } from './http/tls-files.ts';
import { startIncidents } from './incidents/start-incidents.ts';
import { openDatabase } from './journal/database.ts';
import { Journal } from './journal/journal.ts';
import { Ledger } from './journal/ledger.ts';
import { noteRemovedReadings } from './journal/removed-readings.ts';
import { LastValues } from './live/last-values.ts';
import { createLiveChannel, type LiveChannel } from './live/live-channel.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import { maintenanceRoutes } from './maintenance/maintenance-routes.ts';
import { WorkWindows } from './maintenance/work-windows.ts';
import { mapRoutes } from './maps/map-routes.ts';
import { feedRoutes } from './northbound/feed/feed-routes.ts';
import { startNorthbound } from './northbound/northbound.ts';
import { obligationEvidence } from './obligations/evidence-part.ts';
import { hazardSource } from './obligations/hazard-source.ts';
import { openObligations } from './obligations/open-obligations.ts';
import { openTelling } from './open-telling.ts';
import { patrolEvidence } from './patrols/evidence-part.ts';
import { startPatrols } from './patrols/start-patrols.ts';
import { openPerformance } from './performance/open-performance.ts';
import { CurrentPlant } from './plant/current-plant.ts';
import { PlantVersions } from './plant/plant-versions.ts';
import { productVersion } from './product-version.ts';
import { openPush } from './push/open-push.ts';
import { openReplay } from './replay/open-replay.ts';
import type { Server, ServerOptions } from './server-options.ts';
import { StopList } from './stop-list.ts';
import { allTrendRoutes } from './trends/all-trend-routes.ts';
import { openVideo } from './video/open-video.ts';
import { WallLinks } from './wall/wall-links.ts';

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
    const noteSystem = (kind: 'system.start' | 'system.stop', detail: Readonly<Record<string, string>>) =>
      ledger.note({
        occurredAtMs: clock.nowMs(),
        kind,
        stationId: null,
        alarmId: null,
        occurrenceId: null,
        actor: { kind: 'system', part: 'server' },
        detail,
      });
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

    const push = await openPush({ settings: plant.notifications, dataDir: options.dataDir, ledger, access, clock, log });
    const { people, notifications, duty } = await openTelling({
      plant,
      ledger,
      access,
      store,
      dataDir: options.dataDir,
      otherTargets: push.target === null ? [] : [push.target],
      environment: process.env,
      clock,
      log,
      random: options.random ?? Math.random,
      work: () => windows.running(),
      // Asked when somebody hands over; they are open by then.
      incidents: () => incidents.store.unsettled(),
      hazards: () => hazards.store.openOnes(),
      announce: (what) => announce(what, null),
      onStop,
    });
    const ofWork = { plant, ledger, alarms: store, access, notifier: notifications.center, dataDir: options.dataDir, clock, log };
    const incidents = await startIncidents(ofWork);
    onStop('incidents', () => incidents.stop());
    const hazards = await startHazards({ ...ofWork, announce: (stationId) => announce('hazards', stationId) });
    onStop('hazards', () => hazards.stop());
    const patrols = await startPatrols({ ...ofWork, hazards: hazards.store, announce: (stationId) => announce('patrols', stationId) });
    onStop('patrols', () => patrols.stop());

    const app = await createApp({ access, log, dashboardDir: options.dashboardDir });
    const directory = openDirectory({ access, plant, environment: process.env, clock, log });
    let socketCount = () => 0;
    let mostBufferedBytes = () => 0;
    let northboundStatuses = (): readonly NorthboundPart[] => [];
    const wallLinks = await WallLinks.open({ plant, ledger, access, clock });
    await app.register(doorRoutes({ access, plant, isDemo: options.isDemo, directory, wallLinks }));
    await app.register(mapRoutes({ dataDir: options.dataDir, wanted: plant.map, log }));
    await app.register(plantRoutes({ plant, isDemo: options.isDemo, store, values, collectorStatuses }));
    await app.register(alarmRoutes({ plant, store, views, access, database, clock }));
    await app.register(alarmContextRoutes({ plant, store, views, database, clock }));
    const announceWork = (stationId: string) => announce('maintenance', stationId);
    const maintenance = new Maintenance({ plant, ledger, alarms: store, windows, clock, announce: announceWork });
    await app.register(maintenanceRoutes({ plant, maintenance }));
    const engineering = await openEngineering({
      plant,
      plantSource: options.plantSource ?? null,
      plantVersions,
      link,
      ledger,
      windows,
      values,
      statuses: collectorStatuses,
      clock,
      log,
      announce: announceWork,
    });
    await app.register(engineering.routes);
    if (options.hasDemoDuty === true) await makeDemoDuty({ plant, access, people, roster: duty.roster, clock });
    await app.register(duty.routes);
    await app.register(notifications.routes);
    await app.register(incidents.routes);
    await app.register(hazards.routes);
    await app.register(patrols.routes);
    await app.register(alarmPerformance.routes);
    await app.register(push.routes);
    await app.register(alarmSettings.routes(access));
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
    const { historian, dataDir } = options;
    await app.register(allTrendRoutes({ plant, historian, ledger, dataDir, clock, announce: () => announce('trendViews', null) }));
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

    hearCollectors({
      link,
      store,
      values,
      onStatus: (status) => {
        statuses.set(status.collectorId, status);
        alarmSettings.hear(status);
        health.hear(status);
        engineering.hear(status);
      },
      onMember: (member) => health.hearMember(member),
      onSetAside: () => health.lookNow(),
      clock,
      log,
      onStop,
    });
    const stopHearingDisk = options.disk?.onChange(() => health.lookNow());
    if (stopHearingDisk !== undefined) onStop('disk', stopHearingDisk);
    if (options.disk?.isFull === true) health.lookNow();
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
    await noteSystem('system.start', { version: productVersion(), plantVersion: plant.version });
    onStop('stop line', () => noteSystem('system.stop', {}));
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
