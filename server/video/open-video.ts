// Everything of video that the server runs: the log of looks at cameras, what recorders hold, the retrieval log, pictures of alarms, the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import type { ServerLink } from '../../link/link.ts';
import type { EvidenceSection } from '../evidence/evidence-section.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { LastValues } from '../live/last-values.ts';
import type { ObligationSource } from '../obligations/obligation-book.ts';
import { PhotoStore } from '../photos/photo-store.ts';
import { AlarmPictures } from './alarm-pictures.ts';
import { CameraLog } from './camera-log.ts';
import { Looks } from './looks.ts';
import { RecordingCalendar } from './recording-calendar.ts';
import { videoEvidence } from './video-evidence.ts';
import { videoSources } from './video-records.ts';
import { videoRoutes } from './video-routes.ts';

const lookCheckMs = 10_000;
const cleanEveryMs = 3_600_000;

export interface Video {
  readonly sources: readonly ObligationSource[];
  readonly evidence: EvidenceSection;
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function openVideo(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly link: Pick<ServerLink, 'command' | 'onReadings'>;
  readonly values: LastValues;
  readonly statuses: () => readonly CollectorStatus[];
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: (stationId: string | null) => void;
}): Promise<Video> {
  const { plant, ledger, link, values, statuses, clock, log, announce } = options;
  const { database } = ledger;
  const cameras = await CameraLog.open({ plant, ledger, clock, log, statuses, onChange: announce });
  const calendar = new RecordingCalendar({ plant, link, ledger, clock, log, onChange: announce });
  const looks = await Looks.open(ledger, clock);
  const files = new PhotoStore(options.dataDir, 'alarm-pictures');
  const pictures = new AlarmPictures({ plant, link, ledger, files, clock, log, announce });
  const stopHearing = link.onReadings((_, batch) => cameras.take(batch));
  const tellAndGoOn = (what: string) => (error: unknown) => log.error({ err: error }, `${what}; trying again`);
  const stopLooks = repeat(
    clock,
    { firstMs: lookCheckMs, everyMs: lookCheckMs },
    () => looks.tick(),
    tellAndGoOn('looks at video could not be ended'),
  );
  const stopCleaning = repeat(
    clock,
    { firstMs: lookCheckMs, everyMs: cleanEveryMs },
    () => pictures.removeOld(),
    tellAndGoOn('old pictures of alarms could not be removed'),
  );
  return {
    sources: videoSources({ plant, cameras, calendar, database }),
    evidence: videoEvidence({ plant, cameras, calendar, database }),
    routes: videoRoutes({
      plant,
      link,
      values,
      statuses,
      cameras,
      calendar,
      looks,
      pictures,
      files,
      clock,
      announce: () => announce(null),
    }),
    async stop() {
      stopHearing();
      await Promise.all([stopLooks(), stopCleaning(), calendar.stop(), pictures.stop()]);
      await cameras.stop();
    },
  };
}
