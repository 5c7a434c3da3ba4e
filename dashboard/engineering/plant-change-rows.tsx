// One item of a difference: each changed field with before and after; of what is new or gone, all that it says, folded.
import type { ReactNode } from 'react';
import { type AlarmSettingField, alarmSettingFields } from '../../domain/alarm-settings/alarm-settings.ts';
import { fieldWords } from '../../domain/alarm-settings/setting-words.ts';
import type { PlantChangeView } from '../../domain/api/plant-versions-api.ts';
import { useSettingText } from '../alarm-settings/setting-text.tsx';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { plantFieldWords } from './plant-versions-words.ts';

type Change = PlantChangeView['fields'][number];
type Value = Change['before'];

export function PlantChangeRows({ change }: { readonly change: PlantChangeView }): ReactNode {
  const { t } = useWords();
  const { fieldText, valueText } = useFieldTexts(change.kind === 'alarm');
  const head = (
    <th scope="row" rowSpan={change.change === 'changed' ? change.fields.length : 1}>
      <span className="tag">{t(`plantVersions.change.${change.change}`)}</span>{' '}
      <span className="muted">{t(`plantVersions.kind.${change.kind}`)}</span> <b className="number">{change.id}</b>
    </th>
  );
  if (change.change !== 'changed')
    return (
      <tr data-change={change.change} data-item={change.id}>
        {head}
        <td colSpan={3}>
          {change.fields.length > 0 && (
            <details>
              <summary>{t('plantVersions.everything', { count: change.fields.length })}</summary>
              <dl className="plant-change-facts">
                {change.fields.map(({ field, before, after }) => (
                  <div key={field}>
                    <dt>{fieldText(field)}</dt>
                    <dd>{valueText(field, change.change === 'added' ? after : before)}</dd>
                  </div>
                ))}
              </dl>
            </details>
          )}
        </td>
      </tr>
    );
  return change.fields.map(({ field, before, after }, index) => (
    <tr key={field} data-change="changed" data-item={change.id}>
      {index === 0 && head}
      <td>{fieldText(field)}</td>
      <td className="number plant-change-value">{before === null ? <Nothing /> : <del>{valueText(field, before)}</del>}</td>
      <td className="number plant-change-value">{after === null ? <Nothing /> : <ins>{valueText(field, after)}</ins>}</td>
    </tr>
  ));
}

function Nothing(): ReactNode {
  const { t } = useWords();
  return <span className="muted">{t('plantVersions.nothing')}</span>;
}

const settingFields: ReadonlySet<string> = new Set(alarmSettingFields);
const isSettingField = (field: string): field is AlarmSettingField => settingFields.has(field);

/** An alarm's settings read as they do in the settings table. */
function useFieldTexts(isAlarm: boolean) {
  const { t, text } = useWords();
  const settingText = useSettingText();
  const durationText = useDurationText();
  const fieldText = (field: string): ReactNode => {
    if (isAlarm && isSettingField(field)) return text(fieldWords[field]);
    const words = plantFieldWords[field];
    return words === undefined ? <code>{field}</code> : text(words);
  };
  const valueText = (field: string, value: Value): string => {
    if (value === null) return t('plantVersions.nothing');
    if (isAlarm && isSettingField(field)) return settingText(field, value);
    if (typeof value === 'boolean') return t(value ? 'plantVersions.yes' : 'plantVersions.no');
    if (typeof value === 'number' && field.endsWith('Ms')) return value < 1_000 ? `${value} ms` : durationText(value);
    return typeof value === 'number' ? String(Number(value.toPrecision(12))) : value;
  };
  return { fieldText, valueText };
}
