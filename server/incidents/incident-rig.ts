// For tests: a plant with gas detectors, votes and pressures at three stations, and the part of the server that makes incidents of its alarms.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { UserView } from '../../domain/api/users-api.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { AlarmCircumstances } from '../alarms/alarm-change.ts';
import { ordinaryCircumstances } from '../alarms/alarm-change.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { startIncidents } from './start-incidents.ts';

const point = (tag: string, address: number, alarms: string) =>
  `{ tag: ${tag}, name: { zh: ${tag}, en: ${tag} }, unit: x, range: { min: 0, max: 100 }, role: other, register: { table: holding, address: ${address}, type: float32 }, defaultAlarms: false, alarms: [${alarms}] }`;
const detector = (tag: string, address: number) =>
  point(tag, address, '{ kind: highHigh, setpoint: 50, priority: critical, class: safety, latching: true, response: r }');
const station = (id: string) => `
  - id: ${id}
    type: regulating
    name: { zh: 站 ${id}, en: Station ${id} }
    area: a
    address: { zh: 滨河路 1 号, en: 1 River road }
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - ${detector('GD-501', 0)}
          - ${detector('GD-502', 2)}
          - ${point('PT-101', 4, '{ kind: rateOfChange, limit: 1, window: 30s, direction: falling, priority: critical, class: safety, response: r }, { kind: high, setpoint: 80, priority: medium, response: r }')}
          - ${point('PT-301', 6, '{ kind: rateOfChange, limit: 1, window: 30s, direction: both, priority: high, response: r }')}
    alarms:
      - { kind: vote, name: gasConfirmed, required: 2, members: [GD-501, GD-502], condition: { above: 20 }, priority: critical, class: safety, message: { zh: 燃气泄漏确认, en: Gas leak confirmed }, response: r }`;

export const rigPlantText = `schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test gas } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:${station('GS-01')}${station('RS-01')}${station('RS-02')}
pipelines: [{ from: GS-01, to: RS-01 }]
responsePlans:
  - id: regulating
    revised: '2026-03-01'
    stationTypes: [regulating]
    items:
      - { id: closeInlet, role: emergencyTeam, text: { zh: 关闭进站阀, en: Close the inlet valve }, targetMinutes: 15, kinds: [leak, lineBreak] }
      - { id: cordon, role: emergencyTeam, text: { zh: 设置警戒区, en: Set up a cordon }, targetMinutes: 10 }
      - { id: tellNeighbours, role: duty, text: { zh: 通知周边用户, en: Tell the neighbours }, required: false }
    contacts: [{ name: { zh: 消防, en: Fire brigade }, role: { zh: 灭火, en: Fire fighting }, phone: '119' }]
  - id: rs01
    stations: [RS-01]
    valves: [{ name: { zh: 进站阀, en: Inlet valve }, isolates: { zh: 全站, en: The station }, tag: PT-101 }]
    access: { zh: 东门，钥匙在值班室, en: East gate }
`;
const parsed = parsePlantText(rigPlantText, { version: 'v1' });
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
export const rigPlant = parsed.plant;

const users: readonly UserView[] = (
  [
    ['duty', '王敏', 'operator'],
    ['supervisor', '李强', 'supervisor'],
    ['team', '赵刚', 'emergencyTeam'],
    ['auditor', '周洁', 'auditor'],
  ] as const
).map(([username, displayName, role]) => ({ username, displayName, role, stationIds: null, isDisabled: false }));

export const startMs = Date.UTC(2026, 5, 1, 2);
const outboxId = '018f0000-0000-7000-8000-000000000001';
export const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

export interface RigOptions {
  readonly folder?: string;
  readonly clock?: ManualClock;
  readonly circumstances?: AlarmCircumstances;
  /** False: only alarms are kept, as if the server died before it came to incidents. */
  readonly withIncidents?: boolean;
  readonly firstSequence?: number;
  readonly notifier?: (orders: readonly NotificationOrder[]) => Promise<void>;
}

export async function openRig(options: RigOptions = {}) {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-incidents-'));
  const clock = options.clock ?? new ManualClock(startMs);
  const database = await openDatabase('sqlite:', folder);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const alarms = await AlarmStore.open({
    plant: rigPlant,
    ledger,
    clock,
    circumstances: options.circumstances ?? ordinaryCircumstances,
  });
  const orders: NotificationOrder[] = [];
  const order =
    options.notifier ??
    (async (given: readonly NotificationOrder[]) => {
      for (const each of given) if (!orders.some((known) => known.key === each.key)) orders.push(each);
    });
  const incidents =
    options.withIncidents === false
      ? null
      : await startIncidents({
          plant: rigPlant,
          ledger,
          alarms,
          access: { users: async () => [...users] },
          notifier: { order },
          dataDir: folder,
          clock,
          log: pino({ level: 'silent' }),
        });
  let sequence = options.firstSequence ?? 0;

  async function deliver(messages: readonly Omit<ConditionMessage, 'sequence'>[]): Promise<void> {
    const numbered = messages.map((message) => {
      sequence += 1;
      return { ...message, sequence } as ConditionMessage;
    });
    await alarms.deliver({ schema: 1, collectorId: 'default', outboxId, messages: numbered });
  }

  return {
    folder,
    clock,
    database,
    ledger,
    alarms,
    incidents,
    orders,
    deliver,
    get sequence() {
      return sequence;
    },
    /** Resolves when everything that the ledger was asked before is done. */
    settle: () => ledger.exclusively(async () => undefined),
    journal: async () => (await readJournal(database, { limit: 5_000 })).toReversed(),
    async stop() {
      await incidents?.stop();
      await database.destroy();
    },
    /** As if the process had been killed: nothing is written down any more. */
    async kill() {
      await database.destroy();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function raised(
  alarmId: string,
  occurrenceNumber: number,
  atMs: number,
  more: { readonly value?: number; readonly measured?: number | null } = {},
): Omit<Extract<ConditionMessage, { kind: 'raise' }>, 'sequence'> {
  return {
    kind: 'raise',
    alarmId,
    occurrenceId: occurrence(occurrenceNumber),
    atMs,
    value: more.value ?? 55,
    quality: 0,
    measured: more.measured ?? null,
  };
}
