// The scripted month: what somebody did at its moment, through the parts of the server that keep it: rounds walked, hazards planned, contacts called.
import { vi } from 'vitest';
import { planFor } from '../../../domain/incidents/response-plan.ts';
import type { PatrolVisit } from '../../../domain/patrols/patrol.ts';
import { patrolIdOf } from '../../../domain/patrols/patrol.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { HazardStore } from '../../hazards/hazard-store.ts';
import type { Ledger } from '../../journal/ledger.ts';
import { result, visitOf } from '../../patrols/patrol-rig.ts';
import type { Patrols } from '../../patrols/start-patrols.ts';
import { ContactCalls } from '../contact-calls.ts';
import { contactsDigest } from '../plant-facts.ts';
import { at, day, plantOfFile, serverAway, t0 } from './month-plant.ts';

/** What the server runs at that moment. */
export interface Running {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly patrols: Patrols;
  readonly hazards: HazardStore;
}

export interface MonthEvent {
  readonly atMs: number;
  does(running: Running): Promise<unknown>;
}

const li = { username: 'li', displayName: '李强' };
const nothing = async () => undefined;

async function walk({ patrols }: Running, roundId: string, plannedAtMs: number, visits: readonly [string, Partial<PatrolVisit>][]) {
  for (const [placeId, more] of visits) {
    const answer = await patrols.store.visit(patrolIdOf(roundId, 'GS-07', plannedAtMs), visitOf(placeId, more));
    if (answer.kind !== 'done') throw new Error(`the round ${roundId} could not be walked: ${answer.kind}`);
  }
  await patrols.tick();
}

const daily = (ofDay: number, atMs: number, skid: Partial<PatrolVisit> = {}): MonthEvent => ({
  atMs,
  does: (running) =>
    walk(running, 'daily', at(ofDay, 8), [
      ['gate', {}],
      ['skid', { results: [result('valve')], ...skid }],
    ]),
});
const fire = (ofDay: number, atMs: number, given: 'ok' | 'failed' = 'ok'): MonthEvent => ({
  atMs,
  does: (running) => walk(running, 'fire', at(ofDay, 9), [['gate', { results: [result('extinguisher', given, null, '失压')] }]]),
});

const oddDays = [5, 9, 12, 16, 17];
const rounds: readonly MonthEvent[] = [
  ...Array.from({ length: 31 }, (_, index) => index + 1)
    .filter((ofDay) => !oddDays.includes(ofDay))
    .map((ofDay) => daily(ofDay, at(ofDay, 8, 30))),
  // Planted: half an hour late on the 5th, not walked on the 9th, and on the 16th a failed item while the ledger of hazards cannot be written for an hour.
  daily(5, at(5, 10, 30)),
  daily(16, at(16, 8, 30), { results: [result('valve', 'failed', null, '内漏')] }),
  // No breach: confirmed by hand, with its reason; a failed item that becomes a hazard at once.
  daily(12, at(12, 8, 30), { proof: 'hand', handReason: '标签损坏' }),
  daily(17, at(17, 8, 30), { results: [result('valve', 'failed', null, '仍内漏')] }),
  // Of the Mondays: in time, late, not at all, and in time with a failed item that the ledger of hazards does not get.
  fire(6, at(6, 10)),
  fire(13, at(13, 17, 40)),
  fire(27, at(27, 10), 'failed'),
];

/** A disk that is full: the ledger of hazards takes nothing until the second moment. */
const noHazards = (fromMs: number, toMs: number): readonly MonthEvent[] => {
  let away: { mockRestore(): void } | null = null;
  return [
    {
      atMs: fromMs,
      does: async ({ hazards }) => {
        away = vi.spyOn(hazards, 'report').mockRejectedValue(new Error('no space left on device'));
      },
    },
    {
      atMs: toMs,
      does: async ({ patrols }) => {
        away?.mockRestore();
        await patrols.tick();
      },
    },
  ];
};

const seven = plantOfFile.stations.find(({ id }) => id === 'GS-07');
if (seven === undefined) throw new Error('the month has no GS-07');
const contacts = planFor(plantOfFile.responsePlans, seven, null).contacts;
const call = (atMs: number, unreachable: readonly string[]): MonthEvent => ({
  atMs,
  does: ({ ledger, clock }) =>
    new ContactCalls(ledger, clock).add({ stationId: 'GS-07', digest: contactsDigest(contacts), contacts, unreachable, note: '' }, li),
});
/** Eighty days before the month; the next is due on its 13th day. */
export const firstCall = { atMs: t0 - 80 * day, digest: contactsDigest(contacts), contacts: JSON.stringify(contacts) };

/** A major one of GS-04 that is to be done by the end of the 21st, and is not. */
const hazard: MonthEvent = {
  atMs: at(2, 9),
  does: async ({ hazards }) => {
    const finding = {
      stationId: 'GS-04',
      pointId: null,
      place: '南墙',
      description: '围墙破损',
      source: 'inspection',
      foundBy: '李强',
      foundOn: '2026-07-02',
      proposedGrade: null,
      link: null,
    } as const;
    const reported = await hazards.report(finding, li);
    if (reported.kind !== 'done') throw new Error(reported.kind);
    const { id } = reported.record;
    const settled = {
      responsible: { username: null, name: '王' },
      measure: '修复',
      fundsYuan: 1,
      deadline: '2026-07-21',
      contingency: '看守',
    };
    for (const step of [
      { kind: 'confirm', grade: 'major', basis: '判定标准', supervisedBy: '区住建局' },
      { kind: 'plan', settled, reason: null },
    ] as const) {
      const answer = await hazards.act(id, null, step, li);
      if (answer.kind !== 'done') throw new Error(`the hazard could not be planned: ${JSON.stringify(answer)}`);
    }
  },
};

/** The route lets nobody look without a reason: a row without one is planted as a fault of this system. */
const lookWithoutReason: MonthEvent = {
  atMs: at(17, 9, 10),
  does: ({ ledger, clock }) =>
    ledger.commit([], async (write) => {
      await write
        .insertInto('video_look')
        .values({
          look_id: 'look',
          kind: 'live',
          username: 'wang',
          display_name: '王敏',
          camera_ids: '["GS-07.CAM-1"]',
          station_ids: '["GS-07"]',
          purpose: 'patrol',
          reason: '',
          alarm_id: null,
          recorded_from_ms: null,
          recorded_to_ms: null,
          begun_at_ms: clock.nowMs(),
          expires_at_ms: clock.nowMs() + 900_000,
          ended_at_ms: clock.nowMs() + 60_000,
          pictures: 1,
        })
        .execute();
    }),
};

const announcementAcknowledged = (sequence: number, atMs: number): MonthEvent => ({
  atMs,
  does: ({ ledger }) =>
    ledger.commit([], async (write) => {
      await write
        .updateTable('alarm_announcement')
        .set({ waits: 0, acknowledged_at_ms: atMs, acknowledged_by: 'wang' })
        .where('sequence', '=', sequence)
        .execute();
    }),
});
const checkMissed = (id: string, atMs: number): MonthEvent => ({
  atMs,
  does: ({ ledger }) =>
    ledger.commit([], async (write) => {
      await write.updateTable('watch_check').set({ outcome: 'missed' }).where('check_id', '=', id).execute();
    }),
});

/** In order. Some moments are there only so that somebody judges then: a console just left, a check and an alarm that wait. */
export const monthEvents: readonly MonthEvent[] = [
  ...rounds,
  ...noHazards(at(16, 8), at(16, 9, 20)),
  ...noHazards(at(27, 9, 30), at(27, 11)),
  call(at(20, 10), ['社区']),
  call(at(22, 10), []),
  hazard,
  lookWithoutReason,
  announcementAcknowledged(1, at(10, 2, 25)),
  checkMissed('c2', at(8, 3, 5)),
  // After the month: what waited at its end.
  announcementAcknowledged(4, at(32, 0, 30)),
  announcementAcknowledged(5, at(32, 0, 14)),
  checkMissed('c4', at(32, 0, 11)),
  ...[at(5, 12, 3), at(8, 3, 3), at(10, 2, 7), serverAway.fromMs].map((atMs) => ({ atMs, does: nothing })),
].toSorted((one, other) => one.atMs - other.atMs);
