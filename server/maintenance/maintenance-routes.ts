// Stations in maintenance and points under test over HTTP.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  endWorkSchema,
  extendMaintenanceSchema,
  startMaintenanceSchema,
  startTestSchema,
  workListSchema,
} from '../../domain/api/maintenance-api.ts';
import { longestTestMs, type WorkWindow, workWindowSchema } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Maintenance, Person } from './maintenance.ts';
import type { WorkRefusal, WorkTransition } from './work-window-rules.ts';

const refusalText: Readonly<Record<WorkRefusal, string>> = {
  endsInThePast: 'The end lies in the past.',
  tooLong: 'The end lies further away than is allowed; GET /api/maintenance says how far it may.',
  hasEnded: 'It has ended already.',
};

export function maintenanceRoutes(options: { readonly plant: Plant; readonly maintenance: Maintenance }): FastifyPluginAsyncZod {
  const { plant, maintenance } = options;
  const { windows } = maintenance;

  function visibleStation(identity: Identity, id: string): string {
    const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
    if (station === undefined || !maySee(identity, station.id))
      throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
    return station.id;
  }

  function stationOfPoint(identity: Identity, id: string): string {
    const point = plant.points[plant.pointIndexById.get(id) ?? -1];
    const stationId = plant.stations[point?.stationIndex ?? -1]?.id;
    if (stationId === undefined || !maySee(identity, stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no point ${id}` });
    return stationId;
  }

  const personOf = (identity: Identity): Person => ({ username: identity.username, actor: actorOf(identity) });

  function answer(transition: WorkTransition | null): WorkWindow {
    if (transition === null) throw new ProblemError(409, 'Nothing runs there', { detail: 'It has ended already, or never began.' });
    switch (transition.kind) {
      case 'changed':
        return transition.window;
      case 'refused':
        throw new ProblemError(422, 'Refused', { detail: refusalText[transition.reason], extra: { reason: transition.reason } });
      case 'conflict': {
        const { window } = transition;
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${window.changedBy ?? window.startedBy} has acted here since you looked.`,
          extra: { current: window, by: window.changedBy, atMs: window.changedAtMs },
        });
      }
    }
  }

  const params = z.object({ id: z.string() });
  const response = { 200: workWindowSchema };

  return async (app) => {
    app.get(
      '/api/maintenance',
      { schema: { response: { 200: workListSchema } }, config: { permission: 'plant.read' } },
      async (request) => {
        const identity = identityOf(request);
        const visible = windows.running().filter((window) => maySee(identity, window.stationId));
        return { windows: visible, longestMaintenanceMs: plant.alarmManagement.longestMaintenanceMs, longestTestMs };
      },
    );

    app.post(
      '/api/stations/:id/maintenance',
      { schema: { params, body: startMaintenanceSchema, response }, config: { permission: 'stations.maintain' } },
      async (request) => {
        const identity = identityOf(request);
        const stationId = visibleStation(identity, request.params.id);
        const { reason, permit, untilMs } = request.body;
        return answer(await maintenance.start({ kind: 'maintenance', stationId, permit }, { reason, untilMs }, personOf(identity)));
      },
    );

    app.post(
      '/api/stations/:id/maintenance/extend',
      { schema: { params, body: extendMaintenanceSchema, response }, config: { permission: 'stations.maintain' } },
      async (request) => {
        const identity = identityOf(request);
        const stationId = visibleStation(identity, request.params.id);
        return answer(await maintenance.extend(() => windows.maintenanceAt(stationId), request.body, personOf(identity)));
      },
    );

    app.post(
      '/api/stations/:id/maintenance/end',
      { schema: { params, body: endWorkSchema, response }, config: { permission: 'stations.maintain' } },
      async (request) => {
        const identity = identityOf(request);
        const stationId = visibleStation(identity, request.params.id);
        const { version, comment = null } = request.body;
        return answer(await maintenance.end(() => windows.maintenanceAt(stationId), { version, comment }, personOf(identity)));
      },
    );

    app.post(
      '/api/points/:id/test-mode',
      { schema: { params, body: startTestSchema, response }, config: { permission: 'points.test' } },
      async (request) => {
        const identity = identityOf(request);
        const pointId = request.params.id;
        const stationId = stationOfPoint(identity, pointId);
        return answer(await maintenance.start({ kind: 'test', stationId, pointId }, request.body, personOf(identity)));
      },
    );

    app.post(
      '/api/points/:id/test-mode/end',
      { schema: { params, body: endWorkSchema, response }, config: { permission: 'points.test' } },
      async (request) => {
        const identity = identityOf(request);
        const pointId = request.params.id;
        stationOfPoint(identity, pointId);
        const { version, comment = null } = request.body;
        return answer(await maintenance.end(() => windows.testOf(pointId), { version, comment }, personOf(identity)));
      },
    );
  };
}
