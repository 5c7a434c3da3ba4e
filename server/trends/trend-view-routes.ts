// Saved trend views over HTTP: GET, POST /api/trend-views; PUT, DELETE /api/trend-views/{id}.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  changeTrendViewSchema,
  deleteTrendViewSchema,
  saveTrendViewSchema,
  type TrendView,
  trendViewSchema,
} from '../../domain/api/trends-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { actorOf, type Identity, isAllowed, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import { mostViewsEach, type StoredView, type TrendViews, type ViewAuthor, type ViewChange } from './trend-views.ts';

export function trendViewRoutes(options: {
  readonly plant: Plant;
  readonly views: TrendViews;
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { plant, views, announce } = options;
  const params = z.object({ id: z.string() });
  const config = { permission: 'readings.read' } as const;
  const response = { 200: trendViewSchema };

  const authorOf = (identity: Identity): ViewAuthor => ({
    username: identity.username,
    displayName: identity.displayName,
    actor: actorOf(identity),
  });

  const isVisible = (identity: Identity, pointId: string): boolean => {
    const point = plant.points[plant.pointIndexById.get(pointId) ?? -1];
    return point !== undefined && maySee(identity, plant.stations[point.stationIndex]?.id ?? '');
  };

  /** Null where nothing of it may be seen. */
  function shown(identity: Identity, view: StoredView): TrendView | null {
    const panes = view.content.panes.map((pane) => pane.filter((id) => isVisible(identity, id))).filter((pane) => pane.length > 0);
    if (panes.length === 0) return null;
    const { id, name, isShared, owner, ownerName, version, changedAtMs, content } = view;
    return {
      id,
      name,
      isShared,
      owner: { username: owner, displayName: ownerName },
      isMine: owner === identity.username,
      version,
      changedAtMs,
      content: { ...content, panes, values: content.values.filter(({ pointId }) => panes.flat().includes(pointId)) },
    };
  }

  function checkPoints(identity: Identity, panes: readonly (readonly string[])[]): void {
    const unseen = panes.flat().find((id) => !isVisible(identity, id));
    if (unseen !== undefined)
      throw new ProblemError(400, 'Bad input', {
        detail: `There is no point ${unseen}`,
        extra: { errors: [{ path: 'content.panes', message: `there is no point ${unseen}` }] },
      });
  }

  function checkSharing(identity: Identity, isShared: boolean): void {
    if (isShared && !isAllowed(identity, 'trends.share', null))
      throw new ProblemError(403, 'Not allowed', { detail: `The role ${identity.role} lacks trends.share: save the view for yourself` });
  }

  function answer(identity: Identity, change: ViewChange): TrendView {
    switch (change.kind) {
      case 'unknown':
        throw new ProblemError(404, 'Not found', { detail: 'There is no such view' });
      case 'notOwner':
        throw new ProblemError(403, 'Not allowed', {
          detail: `The view belongs to ${change.view.ownerName}; save it under your own name to change it`,
        });
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${change.view.ownerName} has changed this view since you opened it.`,
          extra: { current: shown(identity, change.view), by: change.view.owner, atMs: change.view.changedAtMs },
        });
      case 'tooMany':
        throw new ProblemError(422, 'Refused', { detail: `One person keeps at most ${mostViewsEach} views; delete some first` });
      case 'done': {
        announce();
        const view = shown(identity, change.view);
        if (view === null) throw new ProblemError(404, 'Not found', { detail: 'There is no such view' });
        return view;
      }
    }
  }

  return async (app) => {
    app.get('/api/trend-views', { schema: { response: { 200: z.array(trendViewSchema) } }, config }, async (request) => {
      const identity = identityOf(request);
      const all = await views.visibleTo(identity.username);
      return all.flatMap((view) => shown(identity, view) ?? []);
    });

    app.post('/api/trend-views', { schema: { body: saveTrendViewSchema, response }, config }, async (request) => {
      const identity = identityOf(request);
      checkPoints(identity, request.body.content.panes);
      checkSharing(identity, request.body.isShared);
      return answer(identity, await views.create(authorOf(identity), request.body));
    });

    app.put('/api/trend-views/:id', { schema: { params, body: changeTrendViewSchema, response }, config }, async (request) => {
      const identity = identityOf(request);
      checkPoints(identity, request.body.content.panes);
      checkSharing(identity, request.body.isShared);
      return answer(identity, await views.change(authorOf(identity), request.params.id, request.body));
    });

    app.delete('/api/trend-views/:id', { schema: { params, body: deleteTrendViewSchema, response }, config }, async (request) => {
      const identity = identityOf(request);
      const change = await views.delete(authorOf(identity), request.params.id, request.body.version);
      if (change.kind !== 'done') return answer(identity, change);
      announce();
      return (
        shown(identity, change.view) ?? {
          ...change.view,
          owner: { username: change.view.owner, displayName: change.view.ownerName },
          isMine: true,
        }
      );
    });
  };
}
