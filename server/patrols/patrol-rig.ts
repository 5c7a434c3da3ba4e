// For tests: patrols over a real database, the ledger of hazards beside them, and a clock that the test moves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import type { PatrolVisit } from '../../domain/patrols/patrol.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { HazardStore } from '../hazards/hazard-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { startPatrols } from './start-patrols.ts';

export const patrolPlantText = `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - { id: GS-01, type: gate, name: { zh: 门站, en: Gate }, area: a }
  - { id: RS-01, type: regulating, name: { zh: 调压站, en: Regulating }, area: a }
patrols:
  places:
    - { id: gate, name: { zh: 大门, en: Gate } }
    - { id: skid, name: { zh: 调压橇, en: Skid }, stationTypes: [gate, regulating], hint: { zh: 门后, en: Behind the door } }
    - { id: pump, name: { zh: 泵房, en: Pump room }, stations: [GS-01] }
  rounds:
    - id: daily
      name: { zh: 日常巡查, en: Daily patrol }
      stations: [GS-01]
      times: ['08:00', '20:00']
      within: 2h
      warnBefore: 30min
      lateFor: 1h
      points:
        - { place: gate }
        - { place: skid, photo: true, items: [{ id: outlet, text: { zh: 出站压力, en: Outlet pressure }, reading: { unit: MPa, min: 0.2, max: 0.4 } }] }
    - id: fire
      name: { zh: 消防检查, en: Fire check }
      kind: checkList
      stations: [GS-01]
      times: ['09:00']
      weekdays: [1]
      within: 8h
      points:
        - { place: gate, items: [{ id: extinguisher, text: { zh: 灭火器在位有效, en: Extinguisher } }, { id: sign, text: { zh: 疏散标识, en: Evacuation sign } }] }
`;

export function patrolPlant(text = patrolPlantText) {
  const parsed = parsePlantText(text, { version: 'v1' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

const users: readonly UserView[] = (
  [
    ['duty', '王敏', 'operator', null],
    ['supervisor', '李强', 'supervisor', null],
    ['team', '赵刚', 'emergencyTeam', null],
    ['elsewhere', '孙丽', 'supervisor', ['RS-01']],
    ['auditor', '周洁', 'auditor', null],
  ] as const
).map(([username, displayName, role, stationIds]) => ({
  username,
  displayName,
  role,
  stationIds: stationIds === null ? null : [...stationIds],
  isDisabled: false,
}));

/** 06:00 of Wednesday, 1 July 2026 at the plant. */
export const startMs = Date.parse('2026-07-01T06:00:00+08:00');
export const atPlant = (dateAndTime: string): number => Date.parse(`${dateAndTime.replace(' ', 'T')}:00+08:00`);

export async function openPatrolRig(options: { readonly folder?: string; readonly clock?: ManualClock; readonly text?: string } = {}) {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-patrols-'));
  const clock = options.clock ?? new ManualClock(startMs);
  const plant = patrolPlant(options.text);
  const database = await openDatabase('sqlite:', folder);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const hazards = await HazardStore.open({ plant, ledger, clock });
  const orders: NotificationOrder[] = [];
  const patrols = await startPatrols({
    plant,
    ledger,
    hazards,
    access: { users: async () => [...users] },
    notifier: {
      order: async (given) => {
        for (const order of given) if (!orders.some(({ key }) => key === order.key)) orders.push(order);
      },
    },
    dataDir: folder,
    clock,
    log: pino({ level: 'silent' }),
    announce: () => undefined,
  });
  return {
    folder,
    clock,
    plant,
    database,
    ledger,
    hazards,
    patrols,
    orders,
    /** The clock to that moment, and what it does. */
    async to(dateAndTime: string) {
      clock.advance(atPlant(dateAndTime) - clock.nowMs());
      await patrols.tick();
    },
    journal: async () => (await readJournal(database, { limit: 5_000 })).toReversed(),
    async stop() {
      await patrols.stop();
      await database.destroy();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type PatrolRig = Awaited<ReturnType<typeof openPatrolRig>>;

let actions = 0;
export function visitOf(placeId: string, more: Partial<PatrolVisit> = {}): Omit<PatrolVisit, 'atMs' | 'receivedAtMs'> {
  actions += 1;
  return {
    actionId: `018f0000-0000-7000-8000-${String(actions).padStart(12, '0')}`,
    placeId,
    statedAtMs: null,
    by: { username: 'team', displayName: '赵刚' },
    proof: 'scan',
    codeFault: null,
    handReason: null,
    position: null,
    results: [],
    finding: null,
    isHazard: false,
    ...more,
  };
}
export const result = (itemId: string, given: 'ok' | 'failed' | 'notApplicable' = 'ok', value: number | null = null, note = '') => ({
  itemId,
  result: given,
  value,
  note,
});
