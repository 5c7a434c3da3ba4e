// Patrols as a table: those that are open or come soon by when they are due, past ones newest first. Filters by station and kind.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { PatrolSummary } from '../../domain/api/patrol-api.ts';
import { patrolKinds } from '../../domain/patrols/patrol-settings.ts';
import { patrolKindWords } from '../../domain/patrols/patrol-words.ts';
import { useWords } from '../language/language.ts';
import { usePlant, useStation, useZone } from '../session/plant-context.tsx';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { PatrolState, TimeLeft, toneOf } from './patrol-marks.tsx';

export function PatrolTable({
  patrols,
  empty,
  isPast,
}: {
  readonly patrols: readonly PatrolSummary[];
  readonly empty: string;
  readonly isPast: boolean;
}): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const [station, setStation] = useState('');
  const [kind, setKind] = useState('');
  const shown = patrols.filter((patrol) => (station === '' || patrol.stationId === station) && (kind === '' || patrol.kind === kind));
  return (
    <section className="panel" aria-label={t(isPast ? 'patrols.tab.past' : 'patrols.tab.now')}>
      <div className="panel-head">
        <select
          className="input patrol-filter"
          aria-label={t('patrols.filter.station')}
          value={station}
          onChange={(event) => setStation(event.target.value)}
        >
          <option value="">{t('patrols.filter.allStations')}</option>
          {stations.map(({ id, name }) => (
            <option key={id} value={id}>
              {id} {text(name)}
            </option>
          ))}
        </select>
        <select
          className="input patrol-filter"
          aria-label={t('patrols.filter.kind')}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          <option value="">{t('patrols.filter.allKinds')}</option>
          {patrolKinds.map((name) => (
            <option key={name} value={name}>
              {text(patrolKindWords[name])}
            </option>
          ))}
        </select>
        <span className="muted small number panel-link" role="status">
          {t('patrols.count', { count: shown.length })}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{empty}</p>
      ) : (
        <div className="patrol-scroll">
          <table className="table patrol-table" data-testid="patrol-table">
            <thead>
              <tr>
                {(['station', 'round', 'planned', 'due', 'state', 'points', 'failed', 'walkers'] as const).map((name) => (
                  <th key={name} scope="col">
                    {t(`patrols.column.${isPast && name === 'due' ? 'completed' : name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((patrol) => (
                <Row key={patrol.id} patrol={patrol} isPast={isPast} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ patrol, isPast }: { readonly patrol: PatrolSummary; readonly isPast: boolean }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(10_000);
  const station = useStation(patrol.stationId);
  return (
    <tr data-tone={toneOf(patrol, nowMs)} data-state={patrol.state} data-testid={`patrol-${patrol.id}`}>
      <td>
        {patrol.stationId} <span className="muted">{station === undefined ? '' : text(station.name)}</span>
      </td>
      <td>
        <Link to="/patrols/$patrolId" params={{ patrolId: patrol.id }}>
          {text(patrol.name)}
        </Link>{' '}
        {patrol.kind === 'checkList' && <span className="tag">{text(patrolKindWords[patrol.kind])}</span>}
      </td>
      <td className="number patrol-time">
        {isPast ? formatDateTime(patrol.plannedAtMs, zone).slice(0, 16) : formatRecent(patrol.plannedAtMs, nowMs, zone)}
      </td>
      <td className="number patrol-time">
        {isPast ? (
          patrol.completedAtMs === null ? (
            <span className="muted">—</span>
          ) : (
            formatDateTime(patrol.completedAtMs, zone)
          )
        ) : (
          <>
            {formatRecent(patrol.dueAtMs, nowMs, zone)} <TimeLeft patrol={patrol} />
          </>
        )}
      </td>
      <td>
        <PatrolState patrol={patrol} /> {patrol.isExplained && <span className="tag">{t('patrols.explained')}</span>}
      </td>
      <td className="number">
        {patrol.confirmed}/{patrol.points}{' '}
        {patrol.byHand > 0 && <span className="tag patrol-hand">{t('patrols.byHand', { count: patrol.byHand })}</span>}
      </td>
      <td className="number">
        {patrol.failed === 0 ? <span className="muted">0</span> : <b className="patrol-failed">{patrol.failed}</b>}
      </td>
      <td>{patrol.walkers.length === 0 ? <span className="muted">—</span> : patrol.walkers.join('、')}</td>
    </tr>
  );
}
