// Composes the alarm settings: book, collectors, routes. Opened before anything reads an alarm's definition, so that everything starts with the settings in force.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { CurrentPlant } from '../plant/current-plant.ts';
import { AlarmSettingsBook } from './alarm-settings-book.ts';
import { alarmSettingsRoutes } from './alarm-settings-routes.ts';
import { CollectorSettings } from './collector-settings.ts';

export interface AlarmSettingsPart {
  readonly book: AlarmSettingsBook;
  routes(access: AccessControl): FastifyPluginAsyncZod;
  hear(status: CollectorStatus): void;
}

export async function openAlarmSettings(options: {
  readonly plantOfFile: Plant;
  readonly current: CurrentPlant;
  readonly ledger: Ledger;
  readonly link: ServerLink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pages read the drafts, or all settings, again. */
  readonly announce: (what: 'drafts' | 'settings', version: string) => void;
}): Promise<AlarmSettingsPart> {
  const { link, log } = options;
  const book = await AlarmSettingsBook.open(options);
  const collectors = new CollectorSettings({
    book,
    link,
    onRefused: (collectorId, error) =>
      log.error({ err: error, collectorId }, 'alarm settings could not be sent to a collector; it goes on with those it has'),
  });
  for (const finding of book.findings.filter(({ code }) => code === 'approvedSettingsSetAside'))
    log.warn({ alarm: finding.alarmId }, finding.message.en);
  const versionName = () => `${book.plant.version}+${book.version.number}`;
  book.onChange((what) => {
    if (what === 'settings') collectors.publish();
    options.announce(what, versionName());
  });
  collectors.publish();
  return {
    book,
    routes: (access) => alarmSettingsRoutes({ book, collectors, access }),
    hear(status) {
      if (collectors.hear(status)) options.announce('drafts', versionName());
    },
  };
}
