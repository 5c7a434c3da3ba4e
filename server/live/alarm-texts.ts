// The JSON of each alarm's view, made once for all clients and thrown away when the view changes.
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { AlarmViews } from '../alarms/alarm-view.ts';

export interface AlarmText {
  readonly stationIndex: number;
  readonly isNormal: boolean;
  readonly json: string;
}

export class AlarmTexts {
  readonly #store: AlarmStore;
  readonly #views: AlarmViews;
  readonly #texts = new Map<string, AlarmText>();

  constructor(store: AlarmStore, views: AlarmViews) {
    this.#store = store;
    this.#views = views;
  }

  /** The view of this alarm, or of every alarm, has changed. */
  forget(alarmId: string): void {
    this.#texts.delete(alarmId);
  }

  forgetAll(): void {
    this.#texts.clear();
  }

  /** Null where there is no such alarm. */
  of(alarmId: string): AlarmText | null {
    const known = this.#texts.get(alarmId);
    if (known !== undefined) return known;
    const found = this.#store.find(alarmId);
    if (found === null) return null;
    const text: AlarmText = {
      stationIndex: found.definition.stationIndex,
      isNormal: stateOf(found.record) === 'normal',
      json: JSON.stringify(withoutDefaults(this.#views.view(found.definition, found.record))),
    };
    // What is normal leaves the pages and is not asked for again.
    if (!text.isNormal) this.#texts.set(alarmId, text);
    return text;
  }
}

/**
 * The schema of the view fills in null and false of its own fields: left out, a flood is half as long. Not of what lies deeper: a shelving without a
 * second person has `approvedBy: null`, and one alarm that does not fit the schema would blind every page.
 */
function withoutDefaults(view: AlarmView): Partial<AlarmView> {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null && value !== false));
}
