// What one version of the plant has that another has not: by item with before and after, or line by line. Nothing is coloured: a difference is no alarm.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { PlantChangeView, PlantDifference } from '../../domain/api/plant-versions-api.ts';
import { plantItemKinds } from '../../domain/plant/plant-items.ts';
import { useWords } from '../language/language.ts';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { fetchPlantDifference } from './engineering-requests.ts';
import { PlantChangeRows } from './plant-change-rows.tsx';
import { TextDifference } from './text-difference.tsx';

export function PlantDifferencePanel({ from, to }: { readonly from: number; readonly to: number }): ReactNode {
  const { t } = useWords();
  const [view, setView] = useState<'plant' | 'text'>('plant');
  const difference = useQuery({
    queryKey: ['engineering', 'plantDifference', from, to],
    queryFn: ({ signal }) => fetchPlantDifference(from, to, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = t('plantVersions.difference', { from, to });
  return (
    <section className="panel" aria-label={title} data-testid="plant-difference" data-from={from} data-to={to}>
      <div className="panel-head">
        <h2>{title}</h2>
        <fieldset className="plant-difference-view" aria-label={t('plantVersions.view')}>
          {(['plant', 'text'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="difference-view" checked={view === name} onChange={() => setView(name)} />{' '}
              {t(name === 'plant' ? 'plantVersions.asPlant' : 'plantVersions.asText')}
            </label>
          ))}
        </fieldset>
      </div>
      <FailureNotice error={difference.error} />
      {difference.isPending && <p className="empty">{t('common.loading')}</p>}
      {difference.data !== undefined &&
        (view === 'plant' ? <AsPlant difference={difference.data} /> : <AsText difference={difference.data} />)}
    </section>
  );
}

function AsText({ difference: { text, isTextCut } }: { readonly difference: PlantDifference }): ReactNode {
  const { t } = useWords();
  if (text === null) return <p className="empty">{t('plantVersions.textTooFar')}</p>;
  if (text.length === 0 && !isTextCut) return <p className="empty">{t('plantVersions.same')}</p>;
  return (
    <>
      <TextDifference hunks={text} />
      {isTextCut && <p className="muted">{t('plantVersions.textCut')}</p>}
    </>
  );
}

function AsPlant({ difference }: { readonly difference: PlantDifference }): ReactNode {
  const { t } = useWords();
  const [station, setStation] = useState('');
  const { changes, changeCount, text, isTextCut } = difference;
  if (changes === null) return <p className="empty">{t('plantVersions.notReadable')}</p>;
  if (changes.length === 0) {
    const isSameText = text?.length === 0 && !isTextCut;
    return <p className="empty">{t(isSameText ? 'plantVersions.same' : 'plantVersions.sameMeaning')}</p>;
  }
  const stations = [...new Set(changes.map(({ stationId }) => stationId ?? noStation))].toSorted();
  const shown = changes.filter(({ stationId }) => station === '' || (stationId ?? noStation) === station);
  return (
    <>
      <div className="plant-difference-bar">
        <Counts changes={changes} />
        <label>
          {t('plantVersions.station')}{' '}
          <select className="input" value={station} onChange={(event) => setStation(event.target.value)}>
            <option value="">{t('plantVersions.everyStation')}</option>
            {stations.map((id) => (
              <option key={id} value={id}>
                {id === noStation ? t('plantVersions.noStation') : id}
              </option>
            ))}
          </select>
        </label>
      </div>
      {changeCount > changes.length && <p className="notice">{t('plantVersions.cut', { count: changeCount, shown: changes.length })}</p>}
      <div className="plant-changes">
        <table className="table" data-testid="plant-changes">
          <thead>
            <tr>
              <th scope="col">{t('plantVersions.item')}</th>
              <th scope="col">{t('plantVersions.field')}</th>
              <th scope="col">{t('plantVersions.before')}</th>
              <th scope="col">{t('plantVersions.after')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((change) => (
              <PlantChangeRows key={`${change.kind} ${change.id}`} change={change} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const noStation = '-';

/** `报警 更改 3 · 新增 1` in one line. */
function Counts({ changes }: { readonly changes: readonly PlantChangeView[] }): ReactNode {
  const { t } = useWords();
  const parts = plantItemKinds.flatMap((kind) => {
    const counts = (['added', 'removed', 'changed'] as const).flatMap((change) => {
      const count = changes.filter((one) => one.kind === kind && one.change === change).length;
      return count === 0 ? [] : [`${t(`plantVersions.change.${change}`)} ${count}`];
    });
    return counts.length === 0 ? [] : [{ kind, text: `${t(`plantVersions.kind.${kind}`)}: ${counts.join(', ')}` }];
  });
  return (
    <p className="no-margin number" data-testid="plant-change-counts">
      {parts.map(({ kind, text }) => (
        <span key={kind} className="tag">
          {text}
        </span>
      ))}
    </p>
  );
}
