// Alarm performance over HTTP: the figures of a period, the ten worst alarms, and the nuisance list; each as JSON or CSV.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { limitKinds } from '../../domain/alarms/alarm-definition.ts';
import {
  type BadActor,
  badActorsSchema,
  type Nuisance,
  nuisanceSchema,
  performanceViewSchema,
  suggestionSchema,
} from '../../domain/api/performance-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import { csvOf } from './csv.ts';
import { type PerformanceCount, type PerformanceCounts, performanceQuerySchema } from './performance-query.ts';
import type { PerformanceStore } from './performance-store.ts';
import { isPastItsTime, rankedAlarms, reportOf, topCount, topTenShare } from './report.ts';
import type { Suggestions } from './suggestions.ts';
import { percentile } from './tally.ts';

const csvType = 'text/csv; charset=utf-8';
const mostListed = 200;
const minuteMs = 60_000;

export function performanceRoutes(options: {
  readonly plant: Plant;
  readonly store: PerformanceStore;
  readonly counts: PerformanceCounts;
  readonly suggestions: Suggestions;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, store, counts, suggestions, clock } = options;
  const config = { permission: 'performance.read' } as const;
  const schema = { querystring: performanceQuerySchema };

  function badActors({ tally }: PerformanceCount): BadActor[] {
    return rankedAlarms(tally)
      .slice(0, topCount)
      .map((alarm) => {
        const name = counts.nameOf(alarm.alarmId, alarm.stationId, alarm.priority);
        return {
          alarm: name,
          announced: alarm.announced,
          share: tally.announced === 0 ? 0 : alarm.announced / tally.announced,
          chattering: alarm.chattering,
          fleeting: alarm.fleeting,
          medianMs: percentile([...alarm.stoodMs], 0.5),
          canSuggest: limitKinds.some((kind) => kind === name.kind),
        };
      });
  }

  function nuisance({ tally, stale, setAsides, period }: PerformanceCount): Nuisance {
    const alarms = [...tally.alarms.values()];
    const nameOf = (alarm: { alarmId: string; stationId: string; priority: BadActor['alarm']['priority'] }) =>
      counts.nameOf(alarm.alarmId, alarm.stationId, alarm.priority);
    return {
      fromMs: period.fromMs,
      toMs: period.toMs,
      chattering: alarms
        .filter((alarm) => alarm.chattering > 0)
        .sort((one, other) => other.chattering - one.chattering)
        .slice(0, mostListed)
        .map((alarm) => ({ alarm: nameOf(alarm), raises: alarm.chattering, runs: alarm.runs, lastMs: alarm.lastChatterMs })),
      fleeting: alarms
        .filter((alarm) => alarm.fleeting > 0)
        .sort((one, other) => other.fleeting - one.fleeting)
        .slice(0, mostListed)
        .map((alarm) => ({
          alarm: nameOf(alarm),
          count: alarm.fleeting,
          medianMs: percentile([...alarm.fleetingMs], 0.5) ?? 0,
          lastMs: alarm.lastFleetingMs,
        })),
      stale: stale
        .filter((record) => !record.isTest)
        .sort((one, other) => one.raisedAtMs - other.raisedAtMs)
        .slice(0, mostListed)
        .map((record) => ({ alarm: nameOf(record), raisedAtMs: record.raisedAtMs, endedAtMs: record.endedAtMs })),
      setAside: setAsides.slice(-mostListed).map(({ alarmId, stationId, sequence: _, ...record }) => ({
        ...record,
        alarm: counts.nameOf(alarmId, stationId, 'low'),
        isPastItsTime: isPastItsTime({ ...record, alarmId, stationId, sequence: 0 }, period.nowMs),
      })),
    };
  }

  return async (app) => {
    app.get('/api/performance', { schema: { ...schema, response: { 200: performanceViewSchema } }, config }, async (request, reply) => {
      const count = await counts.count(request.query, identityOf(request));
      const report = reportOf({ ...count, isComplete: store.isComplete });
      if (request.query.format === 'json') return report;
      const rows = report.figures.map(({ id, value, unit, target, limit, verdict }) => [id, value, unit, target, limit, verdict]);
      const text = csvOf(['figure', 'value', 'unit', 'target', 'limit', 'verdict'], rows);
      return reply
        .header('content-disposition', 'attachment; filename="alarm-performance.csv"')
        .type(csvType)
        .send(text as never);
    });

    app.get(
      '/api/performance/bad-actors',
      { schema: { ...schema, response: { 200: badActorsSchema } }, config },
      async (request, reply) => {
        const count = await counts.count(request.query, identityOf(request));
        const actors = badActors(count);
        const { fromMs, toMs } = count.period;
        if (request.query.format === 'json')
          return { fromMs, toMs, announced: count.tally.announced, topTenShare: topTenShare(count.tally), actors };
        const rows = actors.map(({ alarm, announced, share, chattering, fleeting, medianMs }) => [
          alarm.alarmId,
          alarm.stationId,
          alarm.message.zh,
          alarm.message.en,
          alarm.priority,
          announced,
          share,
          chattering,
          fleeting,
          medianMs === null ? null : medianMs / 1_000,
        ]);
        const columns = [
          'alarm',
          'station',
          'message_zh',
          'message_en',
          'priority',
          'announced',
          'share',
          'chattering',
          'fleeting',
          'median_s',
        ];
        return reply
          .header('content-disposition', 'attachment; filename="bad-actors.csv"')
          .type(csvType)
          .send(csvOf(columns, rows) as never);
      },
    );

    app.get(
      '/api/performance/bad-actors/:id/suggestion',
      {
        schema: {
          params: z.object({ id: z.string() }),
          querystring: performanceQuerySchema.pick({ from: true, to: true, days: true, month: true }),
          response: { 200: suggestionSchema },
        },
        config,
      },
      async (request) => {
        const { id } = request.params;
        const definition = plant.alarms[plant.alarmIndexById.get(id) ?? -1];
        if (definition === undefined || !maySee(identityOf(request), plant.stations[definition.stationIndex]?.id ?? ''))
          throw new ProblemError(404, 'Not found', { detail: `There is no alarm ${id}` });
        const { fromMs, toMs } = counts.periodOf(request.query);
        const untilMs = Math.min(toMs, Math.floor(clock.nowMs() / minuteMs) * minuteMs);
        return suggestions.of(id, Math.min(fromMs, untilMs), untilMs);
      },
    );

    app.get('/api/performance/nuisance', { schema: { ...schema, response: { 200: nuisanceSchema } }, config }, async (request, reply) => {
      const found = nuisance(await counts.count(request.query, identityOf(request)));
      if (request.query.format === 'json') return found;
      const iso = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
      const rows = [
        ...found.chattering.map((each) => ['chattering', each.alarm.alarmId, each.alarm.message.zh, each.raises, iso(each.lastMs), null]),
        ...found.fleeting.map((each) => ['fleeting', each.alarm.alarmId, each.alarm.message.zh, each.count, iso(each.lastMs), null]),
        ...found.stale.map((each) => ['stale', each.alarm.alarmId, each.alarm.message.zh, 1, iso(each.raisedAtMs), iso(each.endedAtMs)]),
      ];
      const text = csvOf(['what', 'alarm', 'message_zh', 'count', 'since_or_last', 'ended'], rows);
      return reply
        .header('content-disposition', 'attachment; filename="nuisance-alarms.csv"')
        .type(csvType)
        .send(text as never);
    });
  };
}
