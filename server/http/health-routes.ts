// For operators: /healthz (alive), /readyz (able to serve), /metrics (Prometheus), and /api/health for the page. From loopback without sign-in.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type HealthView, healthViewSchema, journalCheckSchema, type Readiness, readinessSchema } from '../../domain/api/health-api.ts';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf, isAllowed } from '../access/identity.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { JournalCheck } from '../health/journal-check.ts';
import type { Journal } from '../journal/journal.ts';
import type { LastValues } from '../live/last-values.ts';
import { identityOf } from './create-app.ts';
import { ProblemError } from './problem-error.ts';
import { identityOfCredentials } from './request-identity.ts';
import { sessionCookieName } from './session-cookie.ts';

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export function healthRoutes(options: {
  readonly version: string;
  readonly access: AccessControl;
  readonly store: AlarmStore;
  readonly journal: Journal;
  readonly values: LastValues;
  readonly link: ServerLink;
  readonly clock: Clock;
  readonly collectorStatuses: () => readonly CollectorStatus[];
  readonly isHistorianKnown: boolean;
  readonly socketCount: () => number;
  readonly mostBufferedBytes: () => number;
  readonly northbound: () => readonly NorthboundPart[];
  readonly health: { readonly report: () => Promise<Pick<HealthView, 'checks' | 'verdict'>>; readonly journalCheck: JournalCheck };
  readonly plantVersion: string;
  readonly notifications: { readonly parts: () => Readiness['parts']; readonly registerMetrics: (registry: Registry) => void };
}): FastifyPluginAsyncZod {
  const { access, store, journal, values, link, clock } = options;
  const startedAtMs = clock.nowMs();

  function readiness(): Readiness {
    const linkState = link.state();
    const parts = [
      { name: 'journal', isReady: true, reason: null as string | null },
      { name: 'link', isReady: linkState.isConnected, reason: linkState.reason },
      ...values.collectors().map((collector) => ({
        name: `collector ${collector.collectorId}`,
        isReady: collector.isLive,
        reason: collector.isLive ? null : 'notHeard',
      })),
      ...options.collectorStatuses().map((status) => ({
        name: `historian of ${status.collectorId}`,
        isReady: status.historian.isAvailable,
        reason: status.historian.reason,
      })),
      ...(options.isHistorianKnown ? [] : [{ name: 'history', isReady: false, reason: 'noHistorianAtThisServer' }]),
    ];
    // An interface towards another system that fails is shown, but the monitor is no less able to serve: the other side may be what is broken.
    const others = options.northbound().map(({ name, state, reason }) => ({
      name: `northbound ${name}`,
      isReady: state === 'running',
      reason: state === 'starting' ? 'starting' : reason,
    }));
    return {
      status: parts.every((part) => part.isReady) ? 'ready' : 'notReady',
      parts: [...parts, ...others, ...options.notifications.parts()],
    };
  }

  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gatewatch_' });
  const gauge = (name: string, help: string, collect: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        collect(this);
      },
    });
  gauge('gatewatch_alarms_active', 'Alarms whose condition is true', (metric) =>
    metric.set(store.all().filter(({ record }) => record.isConditionTrue).length),
  );
  gauge('gatewatch_alarms_unacknowledged', 'Alarms that wait for an acknowledgement', (metric) =>
    metric.set(store.all().filter(({ record }) => needsAcknowledgement(stateOf(record))).length),
  );
  gauge('gatewatch_journal_entries', 'Lines in the journal', (metric) => metric.set(journal.length));
  gauge('gatewatch_sockets', 'Live channel clients', (metric) => metric.set(options.socketCount()));
  gauge('gatewatch_live_buffered_bytes', 'Waiting for the live channel client that is furthest behind', (metric) =>
    metric.set(options.mostBufferedBytes()),
  );
  gauge('gatewatch_readings_per_second', 'Readings a second, all collectors', (metric) =>
    metric.set(options.collectorStatuses().reduce((sum, status) => sum + status.readingsPerSecond, 0)),
  );
  gauge('gatewatch_outbox_pending', 'Condition messages not yet confirmed', (metric) =>
    metric.set(options.collectorStatuses().reduce((sum, status) => sum + status.outboxPending, 0)),
  );
  gauge('gatewatch_scans_missed', 'Scans that could not start on time', (metric) =>
    metric.set(
      options
        .collectorStatuses()
        .reduce((sum, status) => sum + status.devices.reduce((missed, device) => missed + device.scansMissed, 0), 0),
    ),
  );

  const northboundGauge = (name: string, help: string, figure: (part: NorthboundPart) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['part'],
      registers: [registry],
      collect() {
        this.reset();
        for (const part of options.northbound()) this.set({ part: part.name }, figure(part));
      },
    });
  northboundGauge('gatewatch_northbound_up', 'Interfaces towards other systems: 1 running, 0 not', (part) =>
    Number(part.state === 'running'),
  );
  northboundGauge('gatewatch_northbound_pending', 'Waiting to be sent', (part) => part.pending);
  northboundGauge('gatewatch_northbound_sent', 'Sent and accepted since the start', (part) => part.sent);
  northboundGauge('gatewatch_northbound_failures', 'Failed tries since the start', (part) => part.failures);
  northboundGauge('gatewatch_northbound_dropped', 'Given up because the store was full', (part) => part.dropped);
  northboundGauge('gatewatch_northbound_clients', 'Clients or sessions', (part) => part.clients);

  options.notifications.registerMetrics(registry);

  async function fromLoopbackOrAllowed(request: FastifyRequest): Promise<void> {
    if (loopback.has(request.ip)) return;
    const identity = await identityOfCredentials(access, {
      authorization: request.headers.authorization,
      session: request.cookies[sessionCookieName],
      from: request.ip,
    });
    if (identity === null || !isAllowed(identity, 'health.read', null)) throw new ProblemError(401, 'Not signed in');
  }

  return async (app) => {
    app.get(
      '/healthz',
      { schema: { response: { 200: z.object({ status: z.literal('alive') }) } }, config: { rateLimit: false } },
      async () => ({ status: 'alive' as const }),
    );
    app.get(
      '/readyz',
      { schema: { response: { 200: readinessSchema, 503: readinessSchema } }, config: { rateLimit: false } },
      async (request, reply) => {
        await fromLoopbackOrAllowed(request);
        const state = readiness();
        return reply.code(state.status === 'ready' ? 200 : 503).send(state);
      },
    );
    app.get('/metrics', { config: { rateLimit: false } }, async (request, reply) => {
      await fromLoopbackOrAllowed(request);
      return reply.type(registry.contentType).send(await registry.metrics());
    });
    app.get('/api/health', { schema: { response: { 200: healthViewSchema } }, config: { permission: 'health.read' } }, async () => {
      const liveness = new Map(values.collectors().map((collector) => [collector.collectorId, collector]));
      return {
        version: options.version,
        startedAtMs,
        serverTimeMs: clock.nowMs(),
        readiness: readiness(),
        collectors: options.collectorStatuses().map((status) => {
          const heard = liveness.get(status.collectorId);
          return { ...status, lastHeardAtMs: heard?.lastHeardAtMs ?? 0, isLive: heard?.isLive ?? false };
        }),
        journal: { engine: 'sqlite', entries: journal.length, headHash: journal.headHash },
        sockets: options.socketCount(),
        northbound: [...options.northbound()],
        ...(await options.health.report()),
        plantVersion: options.plantVersion,
        runtime: { node: process.versions.node, platform: `${process.platform} ${process.arch}` },
      };
    });
    app.post(
      '/api/health/journal-check',
      {
        schema: { response: { 200: journalCheckSchema } },
        config: { permission: 'journal.verify', rateLimit: { max: 6, timeWindow: 60_000 } },
      },
      async (request) => options.health.journalCheck.run(actorOf(identityOf(request))),
    );
  };
}
