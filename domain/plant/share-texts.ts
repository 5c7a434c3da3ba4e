// Equal texts of alarms become one object: a plant of 100,000 points has half a million alarms, and few different things to say.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { LocalizedText } from '../text/localized-text.ts';

/** The same alarms in the same order, with equal texts held once. */
export function shareTexts(alarms: readonly AlarmDefinition[]): readonly AlarmDefinition[] {
  const known = new Map<string, LocalizedText>();
  const shared = (text: LocalizedText): LocalizedText => {
    const key = `${text.zh}\u0000${text.en}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, text);
    return text;
  };
  const sharedOrNull = (text: LocalizedText | null) => (text === null ? null : shared(text));
  return alarms.map((alarm) => ({
    ...alarm,
    message: shared(alarm.message),
    cause: sharedOrNull(alarm.cause),
    consequence: sharedOrNull(alarm.consequence),
    response: sharedOrNull(alarm.response),
  }));
}
