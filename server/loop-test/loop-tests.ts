// Loop tests: begins, measures and ends them, each with its row and its line of the journal in one transaction. The rules are `domain/loop-test/`.
import { randomUUID } from 'node:crypto';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { applyLoopEvent, type LoopEvent, type LoopRefusal, type LoopTest, loopTestSchema } from '../../domain/loop-test/loop-test.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { DatabaseWrite, Ledger } from '../journal/ledger.ts';

export interface Tester {
  readonly username: string;
  readonly actor: JournalActor;
}

export type LoopTestResult =
  | { readonly kind: 'done'; readonly test: LoopTest }
  | { readonly kind: 'conflict'; readonly test: LoopTest }
  | { readonly kind: 'refused'; readonly reason: LoopRefusal | 'notAnalog' | 'notUnderTest' | 'runsAlready' }
  | { readonly kind: 'unknown' };

type EventWithoutPerson = LoopEvent extends infer Each ? (Each extends LoopEvent ? Omit<Each, 'by' | 'atMs'> : never) : never;

export class LoopTests {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #isUnderTest: (pointId: string) => boolean;
  readonly #announce: (stationId: string) => void;

  constructor(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly isUnderTest: (pointId: string) => boolean;
    readonly announce: (stationId: string) => void;
  }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#isUnderTest = options.isUnderTest;
    this.#announce = options.announce;
  }

  /** Newest first. */
  async list(query: {
    readonly stationIds: readonly string[] | null;
    readonly pointId?: string | undefined;
    readonly limit: number;
  }): Promise<LoopTest[]> {
    let select = this.#ledger.database.selectFrom('loop_test').select('record').orderBy('started_at_ms', 'desc').limit(query.limit);
    if (query.pointId !== undefined) select = select.where('point_id', '=', query.pointId);
    if (query.stationIds !== null) select = select.where('station_id', 'in', query.stationIds.length === 0 ? [''] : [...query.stationIds]);
    return (await select.execute()).map(({ record }) => loopTestSchema.parse(JSON.parse(record)));
  }

  async find(id: string): Promise<LoopTest | null> {
    const row = await this.#ledger.database.selectFrom('loop_test').select('record').where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : loopTestSchema.parse(JSON.parse(row.record));
  }

  /** [LT1], [LT2] */
  start(pointId: string, ask: { readonly tolerancePercent: number; readonly reference: string }, tester: Tester): Promise<LoopTestResult> {
    return this.#ledger.exclusively(async (commit): Promise<LoopTestResult> => {
      const point = this.#plant.points[this.#plant.pointIndexById.get(pointId) ?? -1];
      const stationId = this.#plant.stations[point?.stationIndex ?? -1]?.id;
      if (point === undefined || stationId === undefined) return { kind: 'unknown' };
      if (point.kind !== 'analog' || point.range === null) return { kind: 'refused', reason: 'notAnalog' };
      if (!this.#isUnderTest(pointId)) return { kind: 'refused', reason: 'notUnderTest' };
      const running = await this.#ledger.database
        .selectFrom('loop_test')
        .select('id')
        .where('point_id', '=', pointId)
        .where('finished_at_ms', 'is', null)
        .executeTakeFirst();
      if (running !== undefined) return { kind: 'refused', reason: 'runsAlready' };
      const test: LoopTest = {
        id: randomUUID(),
        version: 1,
        pointId,
        stationId,
        unit: point.unit,
        digits: point.digits,
        range: point.range,
        tolerancePercent: ask.tolerancePercent,
        reference: ask.reference,
        startedBy: tester.username,
        startedAtMs: this.#clock.nowMs(),
        steps: [],
        finished: null,
      };
      await commit([this.#line('start', test, tester, { ...ask })], writeTest(test));
      this.#announce(stationId);
      return { kind: 'done', test };
    });
  }

  /** [LT3]: `reading` is what the server has just read. [LT8] */
  move(id: string, version: number, event: EventWithoutPerson, tester: Tester): Promise<LoopTestResult> {
    return this.#ledger.exclusively(async (commit): Promise<LoopTestResult> => {
      const before = await this.find(id);
      if (before === null) return { kind: 'unknown' };
      if (before.version !== version) return { kind: 'conflict', test: before };
      if (event.kind === 'measure' && !this.#isUnderTest(before.pointId)) return { kind: 'refused', reason: 'notUnderTest' };
      const transition = applyLoopEvent(before, { ...event, by: tester.username, atMs: this.#clock.nowMs() } as LoopEvent);
      if (transition.kind === 'refused') return transition;
      const { test } = transition;
      const step = event.kind === 'measure' ? test.steps.at(-1) : undefined;
      const detail = step === undefined ? { result: test.finished?.result, comment: test.finished?.comment } : { ...step };
      await commit([this.#line(event.kind, test, tester, detail)], writeTest(test));
      this.#announce(test.stationId);
      return { kind: 'done', test };
    });
  }

  #line(what: 'start' | LoopEvent['kind'], test: LoopTest, tester: Tester, detail: Record<string, unknown>) {
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind: `loopTest.${what}`,
      stationId: test.stationId,
      alarmId: null,
      occurrenceId: null,
      actor: tester.actor,
      detail: { id: test.id, pointId: test.pointId, version: test.version, ...detail },
    };
  }
}

function writeTest(test: LoopTest): DatabaseWrite {
  const row = {
    id: test.id,
    point_id: test.pointId,
    station_id: test.stationId,
    started_at_ms: test.startedAtMs,
    finished_at_ms: test.finished?.atMs ?? null,
    record: JSON.stringify(test),
  };
  return async (transaction) => {
    await transaction
      .insertInto('loop_test')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ finished_at_ms: row.finished_at_ms, record: row.record }))
      .execute();
  };
}
