// The alarm settings that this collector detects by: its plant file with the last approved settings that the server told, kept on disk before they come into force.
import { applyAlarmSettings, touchedAlarmIndexes } from '../../domain/alarm-settings/apply-alarm-settings.ts';
import { type AlarmSettingsMessage, overridesOf } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { keepAlarmSettings, readKeptAlarmSettings } from './kept-alarm-settings.ts';

interface SettingsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export class CollectorAlarmSettings {
  readonly #plantOfFile: Plant;
  readonly #file: string;
  readonly #log: SettingsLog;
  #message: AlarmSettingsMessage | null;
  #setAsideAlarmIds: readonly string[] = [];
  #plant: Plant;
  #isDiskRefusing = false;

  constructor(options: { plant: Plant; file: string; log: SettingsLog }) {
    this.#plantOfFile = options.plant;
    this.#file = options.file;
    this.#log = options.log;
    const kept = readKeptAlarmSettings(options.file);
    if (kept.kind === 'unreadable')
      options.log.error(
        { err: kept.error, file: options.file },
        'the kept alarm settings cannot be read: alarms are detected as the plant file says until the server tells them again',
      );
    this.#message = kept.kind === 'kept' ? kept.message : null;
    this.#plant = this.#applied(this.#message);
  }

  /** The plant with the alarm settings in force. */
  get plant(): Plant {
    return this.#plant;
  }

  get status(): CollectorStatus['alarmSettings'] {
    if (this.#message === null) return undefined;
    return { version: this.#message.version, digest: this.#message.digest, setAsideAlarmIds: [...this.#setAsideAlarmIds] };
  }

  /**
   * Takes what the server tells. Returns the alarms that detection must look at anew, or null where nothing comes of it: it is in force already,
   * or the disk refuses to keep it. Then the old settings stay in force, and the server, which sees so in the status, tells it again.
   */
  take(message: AlarmSettingsMessage): readonly number[] | null {
    if (message.digest === this.#message?.digest && message.version === this.#message.version) return null;
    try {
      keepAlarmSettings(this.#file, message);
    } catch (error) {
      if (!this.#isDiskRefusing)
        this.#log.error({ err: error, version: message.version }, 'new alarm settings could not be kept; the old ones stay in force');
      this.#isDiskRefusing = true;
      return null;
    }
    this.#isDiskRefusing = false;
    const before = this.#plant.alarms;
    this.#message = message;
    this.#plant = this.#applied(message);
    const touched = touchedAlarmIndexes(before, this.#plant.alarms);
    this.#log.info({ version: message.version, touched: touched.length }, 'alarm settings in force');
    return touched;
  }

  #applied(message: AlarmSettingsMessage | null): Plant {
    const { plant, errors, setAsideAlarmIds, unknownAlarmIds } = applyAlarmSettings(this.#plantOfFile, overridesOf(message));
    this.#setAsideAlarmIds = [...setAsideAlarmIds, ...unknownAlarmIds];
    if (errors.length > 0)
      this.#log.warn(
        { errors: errors.map((error) => `${error.alarmId}: ${error.message.en}`) },
        'approved settings do not fit the plant file: these alarms stay as the plant file says',
      );
    if (unknownAlarmIds.length > 0)
      this.#log.warn({ alarms: unknownAlarmIds }, 'there are approved settings for alarms that the plant file does not have');
    return plant;
  }
}
