// Every route of the door: signing in by password or directory, one's own account, people, tokens of other systems, links of wall displays.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Directory } from '../access/directory.ts';
import type { WallLinks } from '../wall/wall-links.ts';
import { wallRoutes } from '../wall/wall-routes.ts';
import { accountRoutes } from './account-routes.ts';
import { apiTokenRoutes } from './api-token-routes.ts';
import { directoryRoutes } from './directory-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { userRoutes } from './user-routes.ts';

export function doorRoutes(options: {
  readonly access: AccessControl;
  readonly plant: Plant;
  readonly isDemo: boolean;
  readonly directory: Directory | null;
  readonly wallLinks: WallLinks;
}): FastifyPluginAsyncZod {
  const { access, plant, isDemo, directory, wallLinks } = options;
  return async (app) => {
    await app.register(sessionRoutes(access, isDemo, async () => (await directory?.status()) ?? null));
    await app.register(directoryRoutes(access, directory));
    await app.register(accountRoutes(access));
    await app.register(userRoutes(access, plant));
    await app.register(apiTokenRoutes(access, plant));
    await app.register(wallRoutes(wallLinks));
  };
}
