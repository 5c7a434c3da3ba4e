// The plant, live: /api/plant, /api/stations, /api/points, /api/alarm-definitions.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isSetAside, needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import {
  alarmDefinitionViewSchema,
  type PointView,
  plantViewSchema,
  pointViewSchema,
  type StationSummary,
  stationSummarySchema,
  stationViewSchema,
} from '../../domain/api/plant-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant, Point, Station } from '../../domain/plant/plant.ts';
import type { PointRole } from '../../domain/plant/plant-kinds.ts';
import { isGood } from '../../domain/readings/quality.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { definitionView } from '../alarms/alarm-view.ts';
import type { LastValues } from '../live/last-values.ts';
import { identityOf } from './create-app.ts';
import { ProblemError } from './problem-error.ts';

/** What the overview tile shows of a station, most telling first. */
const keyRoles: readonly PointRole[] = [
  'outletPressure',
  'inletPressure',
  'gasDetector',
  'tankLevel',
  'tankPressure',
  'flow',
  'pressure',
  'odorantRate',
  'gasTemperature',
];
const keyPointCount = 4;

export function plantRoutes(options: {
  readonly plant: Plant;
  readonly isDemo: boolean;
  readonly store: AlarmStore;
  readonly values: LastValues;
  readonly collectorStatuses: () => readonly CollectorStatus[];
}): FastifyPluginAsyncZod {
  const { plant, store, values } = options;
  const permission = 'plant.read' as const;

  function visibleStation(identity: Identity, id: string): Station {
    const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
    if (station === undefined || !maySee(identity, station.id))
      throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
    return station;
  }

  function seenPoint(identity: Identity, index: number | null): string | null {
    const point = index === null ? undefined : plant.points[index];
    return point !== undefined && maySee(identity, plant.stations[point.stationIndex]?.id ?? '') ? point.id : null;
  }

  function summary(station: Station): StationSummary {
    let worst: StationSummary['worstPriority'] = null;
    let active = 0;
    let unacknowledged = 0;
    for (const { definition, record } of store.all()) {
      if (definition.stationIndex !== station.index) continue;
      const state = stateOf(record);
      if (state === 'normal' || isSetAside(state)) continue;
      if (record.isConditionTrue) active += 1;
      if (needsAcknowledgement(state)) unacknowledged += 1;
      if (worst === null || priorityNumber[definition.priority] < priorityNumber[worst]) worst = definition.priority;
    }
    // Of the process: cameras are told apart.
    const measured = station.pointIndexes.filter((point) => plant.points[point]?.role !== 'camera');
    const good = measured.filter((point) => isGood(values.qualityOf(point))).length;
    return {
      id: station.id,
      type: station.type,
      name: station.name,
      areaId: station.areaId,
      position: station.position,
      pointCount: station.pointIndexes.length,
      deviceCount: station.deviceIndexes.length,
      worstPriority: worst,
      activeAlarms: active,
      unacknowledgedAlarms: unacknowledged,
      goodShare: measured.length === 0 ? 1 : good / measured.length,
      keyPointIds: keyPoints(plant, station),
    };
  }

  function pointView(point: Point): PointView {
    const limits = point.alarmIndexes.flatMap((index) => {
      const alarm = plant.alarms[index];
      if (alarm === undefined || alarm.class === 'diagnostic') return [];
      return [{ alarmId: alarm.id, kind: alarm.kind, priority: alarm.priority, setpoint: 'setpoint' in alarm ? alarm.setpoint : null }];
    });
    return {
      id: point.id,
      tag: point.tag,
      stationId: plant.stations[point.stationIndex]?.id ?? '',
      deviceId: plant.devices[point.deviceIndex]?.id ?? '',
      name: point.name,
      kind: point.kind,
      role: point.role,
      unitOf: point.unitOf,
      plan: point.plan,
      unit: point.unit,
      digits: point.digits,
      range: point.range,
      normal: point.normal,
      setpoint: point.setpoint,
      scanMs: point.scanMs,
      states: point.states === null ? null : [...point.states],
      limits,
      latest: values.view(point.index),
    };
  }

  return async (app) => {
    app.get('/api/plant', { schema: { response: { 200: plantViewSchema } }, config: { permission } }, async (request) => ({
      version: plant.version,
      company: plant.company,
      areas: [...plant.areas],
      isDemo: options.isDemo,
      pipelines: plant.pipelines.map((pipeline) => ({
        from: plant.stations[pipeline.fromStationIndex]?.id ?? '',
        to: plant.stations[pipeline.toStationIndex]?.id ?? '',
        name: pipeline.name,
        fromPointId: seenPoint(identityOf(request), pipeline.fromPointIndex),
        toPointId: seenPoint(identityOf(request), pipeline.toPointIndex),
      })),
    }));

    app.get('/api/stations', { schema: { response: { 200: z.array(stationSummarySchema) } }, config: { permission } }, async (request) => {
      const identity = identityOf(request);
      return plant.stations.filter((station) => maySee(identity, station.id)).map(summary);
    });

    app.get(
      '/api/stations/:id',
      { schema: { params: z.object({ id: z.string() }), response: { 200: stationViewSchema } }, config: { permission } },
      async (request) => {
        const station = visibleStation(identityOf(request), request.params.id);
        const statuses = new Map(
          options.collectorStatuses().flatMap((status) => status.devices.map((device) => [device.deviceId, device] as const)),
        );
        return {
          ...summary(station),
          address: station.address,
          devices: station.deviceIndexes.flatMap((index) => {
            const device = plant.devices[index];
            if (device === undefined) return [];
            const status = statuses.get(device.id);
            return [
              {
                id: device.id,
                name: device.name,
                protocol: device.protocol,
                connection: status?.connection ?? 'disconnected',
                reason: status?.reason ?? null,
              },
            ];
          }),
        };
      },
    );

    app.get(
      '/api/points',
      {
        schema: { querystring: z.object({ station: z.string().optional() }), response: { 200: z.array(pointViewSchema) } },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const stations =
          request.query.station === undefined
            ? plant.stations.filter((station) => maySee(identity, station.id))
            : [visibleStation(identity, request.query.station)];
        return stations.flatMap((station) => station.pointIndexes.flatMap((index) => plant.points[index] ?? [])).map(pointView);
      },
    );

    app.get(
      '/api/alarm-definitions',
      {
        schema: { querystring: z.object({ station: z.string().optional() }), response: { 200: z.array(alarmDefinitionViewSchema) } },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const only = request.query.station === undefined ? null : visibleStation(identity, request.query.station);
        return plant.alarms
          .filter((alarm) =>
            only === null ? maySee(identity, plant.stations[alarm.stationIndex]?.id ?? '') : alarm.stationIndex === only.index,
          )
          .map((alarm) => definitionView(plant, alarm));
      },
    );
  };
}

function keyPoints(plant: Plant, station: Station): string[] {
  const points = station.pointIndexes.flatMap((index) => plant.points[index] ?? []);
  const chosen = keyRoles.flatMap((role) => points.filter((point) => point.role === role && point.kind === 'analog').slice(0, 1));
  return chosen.slice(0, keyPointCount).map((point) => point.id);
}
