// The scripted month: the parts of the server that keep and judge obligations, over the month's own database and clock, and the way through the month.
import { pino } from 'pino';
import type { NotificationOrder } from '../../../domain/notification/notification-order.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import type { HistorianReader } from '../../../historian/historian.ts';
import { HazardStore } from '../../hazards/hazard-store.ts';
import { openDatabase } from '../../journal/database.ts';
import { Journal } from '../../journal/journal.ts';
import { Ledger } from '../../journal/ledger.ts';
import { startPatrols } from '../../patrols/start-patrols.ts';
import { CameraLog } from '../../video/camera-log.ts';
import { RecordingCalendar } from '../../video/recording-calendar.ts';
import { videoSources } from '../../video/video-records.ts';
import { hazardSource } from '../hazard-source.ts';
import { MonitoringCount } from '../monitoring-count.ts';
import { ObligationBook } from '../obligation-book.ts';
import { ObligationNotices } from '../obligation-notices.ts';
import { ObligationWatch } from '../obligation-watch.ts';
import { readRulePack } from '../read-rule-pack.ts';
import { looksOf, recorderAt } from './month-cameras.ts';
import { monthEvents } from './month-events.ts';
import { hour, monthEnd, plantOfFile, relaxedPlant, serverAway, t0 } from './month-plant.ts';
import { historianAt } from './month-readings.ts';
import { writeRecords } from './month-records.ts';

const log = pino({ level: 'silent' });
const judgeEveryMs = 4 * hour;
const users = [
  { username: 'li', displayName: '李强', role: 'supervisor' as const, stationIds: null, isDisabled: false },
  { username: 'east', displayName: '东区', role: 'supervisor' as const, stationIds: ['GS-01'], isDisabled: false },
  { username: 'gone', displayName: '离职', role: 'supervisor' as const, stationIds: null, isDisabled: true },
  { username: 'wang', displayName: '王敏', role: 'operator' as const, stationIds: null, isDisabled: false },
];
const access = { users: async () => users as never };

export interface Month {
  readonly clock: ManualClock;
  readonly database: Ledger['database'];
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly orders: readonly NotificationOrder[];
  /** Of the server as it runs at the end. */
  readonly book: ObligationBook;
  /** The clock to that moment, and what happens on the way. */
  until(toMs: number): Promise<void>;
  stop(): Promise<void>;
}

type Base = Pick<Month, 'clock' | 'database' | 'ledger'> & { readonly folder: string; readonly orders: NotificationOrder[] };

async function startAll(plant: Plant, { clock, database, ledger, folder, orders }: Base) {
  const count = await MonitoringCount.open({ plant, historian: historianAt(clock) as HistorianReader, ledger, clock, log });
  const cameras = await CameraLog.open({ plant, ledger, clock, log, statuses: () => [], onChange: () => undefined });
  const calendar = new RecordingCalendar({ plant, ledger, clock, log, link: recorderAt(clock), onChange: () => undefined });
  const hazards = await HazardStore.open({ plant, ledger, clock });
  const patrols = await startPatrols({
    plant,
    ledger,
    hazards,
    access,
    notifier: { order: async () => undefined },
    dataDir: folder,
    clock,
    log,
    announce: () => undefined,
  });
  const book = new ObligationBook({
    plant,
    pack: readRulePack(folder),
    database,
    countedToMs: () => count.countedToMs,
    clock,
    hazards: hazardSource(hazards, plant.company.timeZone),
    sources: [...videoSources({ plant, cameras, calendar, database }), ...patrols.sources],
  });
  const notices = new ObligationNotices({ notifier: { order: async (given) => void orders.push(...given) }, access, clock, log });
  const watch = await ObligationWatch.start({
    plant,
    plantOfFile,
    book,
    count,
    ledger,
    clock,
    log,
    onChanged: (changes) => notices.tell(changes),
  });
  let lookedToMs = clock.nowMs();
  const tick = async () => {
    cameras.take(looksOf(lookedToMs, clock.nowMs()));
    lookedToMs = clock.nowMs();
    await calendar.tick();
    await patrols.tick();
    await watch.tick();
  };
  return {
    book,
    tick,
    /** Judges every few hours, and at each moment at which something happens. */
    async until(toMs: number) {
      let judgeAtMs = clock.nowMs();
      await tick();
      while (clock.nowMs() < toMs) {
        judgeAtMs = clock.nowMs() < judgeAtMs ? judgeAtMs : judgeAtMs + judgeEveryMs;
        const next = monthEvents.find(({ atMs }) => atMs > clock.nowMs());
        clock.advance(Math.min(toMs, judgeAtMs, next?.atMs ?? toMs) - clock.nowMs());
        await tick();
        for (const event of monthEvents)
          if (event.atMs === clock.nowMs()) {
            await event.does({ ledger, clock, patrols, hazards });
            await tick();
          }
      }
    },
    async stop() {
      await watch.stop();
      await notices.stop();
      await patrols.stop();
      await calendar.stop();
      await cameras.stop();
    },
  };
}

/** The month from its first moment to ten minutes after its end, with a server that is away for two hours in between. */
export async function liveThroughMonth(folder: string): Promise<Month> {
  const clock = new ManualClock(t0);
  const database = await openDatabase('sqlite:', `${folder}/data`);
  const journal = await Journal.open(database);
  const ledger = new Ledger(database, journal, clock);
  const orders: NotificationOrder[] = [];
  const base = { clock, database, ledger, folder, orders };
  await writeRecords(ledger);
  const first = await startAll(relaxedPlant, base);
  await first.until(serverAway.fromMs);
  await first.stop();
  clock.advance(serverAway.toMs - serverAway.fromMs);
  const second = await startAll(plantOfFile, base);
  await second.until(monthEnd);
  // The count is some minutes behind the clock by nature.
  await second.until(monthEnd + 600_000);
  return { ...base, journal, book: second.book, until: second.until, stop: second.stop };
}
