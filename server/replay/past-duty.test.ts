// The watch of any past moment equals what the live screens were told at that moment: random days of a roster, watches, log entries; the seed is printed.
import { afterAll, expect, test } from 'vitest';
import type { RosterEntryView } from '../../domain/api/duty-api.ts';
import type { PastDuty } from '../../domain/api/replay-api.ts';
import type { DutyNow, HandoverLine, LogEntryView, WatchView } from '../../domain/api/watch-api.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { rigPlantText } from '../incidents/incident-rig.ts';

const clock = new ManualClock(Date.UTC(2026, 5, 1, 2));
const server: SmallServer = await startSmallServer(plantOf(rigPlantText), { clock });
afterAll(() => server.stop());
const seed = Number(process.env.GATEWATCH_TEST_SEED ?? Date.now() % 100_000);
let state = seed;
const random = (): number => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648;
};
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

async function ask<Body>(method: string, url: string, body?: unknown, person = 'supervisor'): Promise<Body> {
  let answer = await server.ask(person, method, url, body);
  if (answer.status === 401) {
    server.forgetSessions();
    answer = await server.ask(person, method, url, body);
  }
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)} (seed ${seed})`);
  return answer.body as Body;
}

interface Shown {
  readonly consoles: unknown;
  readonly onDuty: unknown;
  readonly next: unknown;
  readonly notices: unknown;
  readonly log: readonly LogEntryView[];
  readonly handovers: readonly HandoverLine[];
}
const ofRoster = (entries: readonly RosterEntryView[]) =>
  entries.map(({ version: _version, ...entry }) => JSON.stringify(entry, Object.keys(entry).toSorted())).toSorted();

function shown({ now, log, handovers }: Pick<PastDuty, 'now' | 'log' | 'handovers'>): Shown {
  return {
    consoles: now.consoles.map(({ watch, ...rest }) => ({ ...rest, watch: watch === null ? null : { ...watch, isSignedIn: null } })),
    onDuty: ofRoster(now.onDuty),
    next: now.next === null ? null : { ...now.next, entries: ofRoster(now.next.entries) },
    notices: now.notices.map(({ id, kind }) => ({ id, kind })),
    log,
    handovers,
  };
}

/** Watch checks and their notices are made beside what is asked: they belong to the same moment. */
async function settled(): Promise<Shown> {
  for (let was = await live(); ; ) {
    const is = await live();
    if (JSON.stringify(is) === JSON.stringify(was)) return is;
    was = is;
  }
}

async function live(): Promise<Shown> {
  const [now, log, handovers] = await Promise.all([
    ask<DutyNow>('GET', '/api/duty/now'),
    ask<LogEntryView[]>('GET', '/api/watch-log'),
    ask<HandoverLine[]>('GET', '/api/handovers?limit=20'),
  ]);
  return shown({ now, log, handovers });
}

const today = () => dateAt(clock.nowMs(), 'Asia/Shanghai');
const people = ['duty', 'supervisor', 'engineer', 'team'] as const;
const shiftIds = server.plant.duty.shifts.map(({ id }) => id);
const positionIds = server.plant.duty.positions.map(({ id }) => id);
const newEntry = () => ({
  date: today(),
  shiftId: pick(shiftIds),
  username: pick(people),
  positionId: pick(positionIds),
  stationIds: random() < 0.5 ? null : ['GS-01'],
  areaIds: null,
});

async function rosterOfToday(): Promise<readonly RosterEntryView[]> {
  const { entries } = await ask<{ entries: RosterEntryView[] }>('GET', `/api/duty/roster?from=${today()}`);
  return entries.filter(({ date }) => date === today());
}

const deeds: readonly (() => Promise<unknown>)[] = [
  () => ask('POST', '/api/duty/roster', newEntry()),
  () => ask('POST', '/api/duty/roster', newEntry()),
  async () => {
    const entry = pick(await rosterOfToday());
    if (entry !== undefined) await ask('PUT', `/api/duty/roster/${entry.id}`, { ...newEntry(), version: entry.version });
  },
  async () => {
    const entry = pick(await rosterOfToday());
    if (entry !== undefined) await ask('POST', `/api/duty/roster/${entry.id}/remove`, { version: entry.version });
  },
  () => ask('POST', '/api/duty/roster/copy-week', { from: '2026-05-18', to: today(), onExisting: pick(['keep', 'replace']) }),
  () => ask('POST', '/api/watch-log', { text: `note ${random()}`, isOpen: random() < 0.6 }, 'duty'),
  async () => {
    const open = (await ask<LogEntryView[]>('GET', '/api/watch-log')).filter(({ isOpen }) => isOpen);
    const entry = pick(open);
    if (entry !== undefined) await ask('POST', `/api/watch-log/${entry.id}/close`, {}, 'duty');
  },
  async () => {
    const { consoles } = await ask<DutyNow>('GET', '/api/duty/now');
    const watch: WatchView | null = consoles[0]?.watch ?? null;
    const consoleId = consoles[0]?.consoleId ?? '';
    if (watch === null) await ask('POST', '/api/watches', { consoleId }, pick(['duty', 'supervisor']));
    else if (random() < 0.5) await ask('POST', `/api/watches/${watch.id}/end`, { reason: 'meal' }, watch.username);
    else {
      const other = watch.username === 'duty' ? 'supervisor' : 'duty';
      await ask('POST', '/api/watches', { consoleId, withoutHandover: { reason: 'left' } }, other);
    }
  },
];

test(`what was shown then is what the replay shows (seed ${seed})`, async () => {
  await ask('POST', '/api/duty/roster', { ...newEntry(), date: '2026-05-18' });
  await ask('POST', '/api/duty/roster', { ...newEntry(), date: '2026-05-20' });
  const moments: { readonly atMs: number; readonly was: Shown }[] = [];
  for (let step = 0; step < 45; step += 1) {
    await pick(deeds)?.();
    moments.push({ atMs: clock.nowMs(), was: await settled() });
    clock.advance(1_000 + Math.floor(random() * 2 * 3_600_000));
  }
  for (const { atMs, was } of moments) {
    const then = await ask<PastDuty>('GET', `/api/replay/duty?at=${atMs}`);
    expect([atMs, shown(then)]).toEqual([atMs, was]);
    expect(then.isRosterComplete).toBe(true);
  }
});
