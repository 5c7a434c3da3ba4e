// Everything of engineering that the server runs: what engineers ask of devices, how their scans go, refused certificates, plant versions, loop tests.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { LastValues } from '../live/last-values.ts';
import { loopTestRoutes } from '../loop-test/loop-test-routes.ts';
import { LoopTests } from '../loop-test/loop-tests.ts';
import type { WorkWindows } from '../maintenance/work-windows.ts';
import { plantVersionRoutes } from '../plant/plant-version-routes.ts';
import type { PlantFileSource, PlantVersions } from '../plant/plant-versions.ts';
import { engineeringRoutes } from './engineering-routes.ts';
import { RefusedCertificates } from './refused-certificates.ts';
import { ScanHistory } from './scan-history.ts';

export interface Engineering {
  readonly routes: FastifyPluginAsyncZod;
  /** What a collector says of its devices. */
  hear(status: CollectorStatus): void;
}

export async function openEngineering(options: {
  readonly plant: Plant;
  readonly plantSource: PlantFileSource | null;
  readonly plantVersions: PlantVersions;
  readonly link: ServerLink;
  readonly ledger: Ledger;
  readonly windows: WorkWindows;
  readonly values: LastValues;
  readonly statuses: () => readonly CollectorStatus[];
  readonly clock: Clock;
  readonly log: Logger;
  /** A loop test of a point of this station has changed. */
  readonly announce: (stationId: string) => void;
}): Promise<Engineering> {
  const { plant, link, ledger, windows, values, clock, log, announce } = options;
  const history = new ScanHistory();
  const refusedCertificates = await RefusedCertificates.open({
    plant,
    ledger,
    clock,
    report: (error) => log.error({ err: error }, 'a refused certificate of a device could not be written down; trying again'),
  });
  const loopTests = new LoopTests({ plant, ledger, clock, isUnderTest: (pointId) => windows.testOf(pointId) !== null, announce });
  const collectorOfPoint = (pointId: string) =>
    plant.stations[plant.points[plant.pointIndexById.get(pointId) ?? -1]?.stationIndex ?? -1]?.collectorId ?? 'default';
  return {
    routes: async (app) => {
      await app.register(
        engineeringRoutes({
          plant,
          plantSource: options.plantSource,
          link,
          ledger,
          history,
          statuses: options.statuses,
          isLive: (collectorId) => values.isLive(collectorId),
          clock,
        }),
      );
      await app.register(plantVersionRoutes(options.plantVersions));
      const readPoint = (pointId: string) => link.command(collectorOfPoint(pointId), { kind: 'point', pointId });
      await app.register(loopTestRoutes({ plant, loopTests, readPoint }));
    },
    hear(status) {
      history.hear(status, clock.nowMs());
      refusedCertificates.hear(status);
    },
  };
}
