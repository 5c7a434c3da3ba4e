// Gives the collectors the settings in force: at once when they change, and again whenever a collector's status says that it goes by others.
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { detectionFields } from '../../domain/alarm-settings/alarm-settings.ts';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { ServerLink } from '../../link/link.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';

export interface CollectorSettingsState {
  readonly collectorId: string;
  /** Version that the collector detects by; null where it has not said. */
  readonly version: number | null;
  readonly isInForce: boolean;
  readonly setAsideAlarmIds: readonly string[];
}

export class CollectorSettings {
  readonly #book: AlarmSettingsBook;
  readonly #link: ServerLink;
  readonly #onRefused: (collectorId: string, error: unknown) => void;
  readonly #heard = new Map<string, CollectorStatus['alarmSettings']>();
  #messages = new Map<string, AlarmSettingsMessage>();
  #messagesDigest = '';

  constructor(options: { book: AlarmSettingsBook; link: ServerLink; onRefused: (collectorId: string, error: unknown) => void }) {
    this.#book = options.book;
    this.#link = options.link;
    this.#onRefused = options.onRefused;
  }

  collectorIds(): readonly string[] {
    return [...new Set(this.#book.plant.stations.map((station) => station.collectorId))];
  }

  publish(): void {
    for (const collectorId of this.collectorIds()) this.#send(collectorId);
  }

  /** True where the collector has come to the settings in force with this status, or fallen from them. */
  hear(status: CollectorStatus): boolean {
    const wasInForce = this.#isInForce(status.collectorId);
    this.#heard.set(status.collectorId, status.alarmSettings);
    const isInForce = this.#isInForce(status.collectorId);
    if (!isInForce && this.collectorIds().includes(status.collectorId)) this.#send(status.collectorId);
    return wasInForce !== isInForce;
  }

  states(): readonly CollectorSettingsState[] {
    return this.collectorIds().map((collectorId) => {
      const heard = this.#heard.get(collectorId);
      return {
        collectorId,
        version: heard?.version ?? null,
        isInForce: this.#isInForce(collectorId),
        setAsideAlarmIds: heard?.setAsideAlarmIds ?? [],
      };
    });
  }

  #isInForce(collectorId: string): boolean {
    const { number, digest } = this.#book.version;
    const heard = this.#heard.get(collectorId);
    return heard?.version === number && heard.digest === digest;
  }

  #send(collectorId: string): void {
    try {
      this.#link.publishAlarmSettings(collectorId, this.#messageFor(collectorId));
    } catch (error) {
      this.#onRefused(collectorId, error);
    }
  }

  #messageFor(collectorId: string): AlarmSettingsMessage {
    const { digest, number } = this.#book.version;
    if (this.#messagesDigest !== `${number} ${digest}`) {
      this.#messages = new Map();
      this.#messagesDigest = `${number} ${digest}`;
    }
    const made = this.#messages.get(collectorId);
    if (made !== undefined) return made;
    const { plant } = this.#book;
    const settings = [...this.#book.log.overrides].flatMap(([alarmId, { patch }]) => {
      const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
      if (plant.stations[alarm?.stationIndex ?? -1]?.collectorId !== collectorId) return [];
      const said = detectionSettings(patch);
      return Object.keys(said).length === 0 ? [] : [{ alarmId, ...said }];
    });
    const message: AlarmSettingsMessage = { schema: 1, version: number, digest, settings };
    this.#messages.set(collectorId, message);
    return message;
  }
}

function detectionSettings(patch: AlarmSettingsPatch): Partial<Record<(typeof detectionFields)[number], number>> {
  return Object.fromEntries(
    detectionFields.flatMap((field) => {
      const value = patch[field];
      return typeof value === 'number' ? [[field, value]] : [];
    }),
  );
}
