// A journal line about alarm settings in words: what was changed, old and new, and for how many alarms.
import { z } from 'zod';
import { fieldWords } from '../../domain/alarm-settings/setting-words.ts';
import { settingDifferenceViewSchema } from '../../domain/api/alarm-settings-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { useWords } from '../language/language.ts';
import { useSettingText } from './setting-text.tsx';

const differencesSchema = z.array(settingDifferenceViewSchema);

/** The rest of the line, such as who proposed, is told by the journal itself. */
export function useSettingsJournal(): (entry: JournalEntry) => readonly string[] {
  const { t, text } = useWords();
  const settingText = useSettingText();
  return ({ detail }) => {
    const changes = differencesSchema.safeParse(detail.differences);
    const spoken = [detail.reason, detail.comment].filter((words): words is string => typeof words === 'string' && words !== '');
    return [
      ...(changes.success
        ? changes.data.map(({ field, from, to }) => `${text(fieldWords[field])} ${settingText(field, from)} → ${settingText(field, to)}`)
        : []),
      ...spoken,
      ...(typeof detail.settingsVersion === 'number' ? [t('alarmSettings.version', { number: detail.settingsVersion })] : []),
    ];
  };
}
