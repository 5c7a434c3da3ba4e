// The rounds of the person's stations: what is to be walked now, by when it is due, and what comes later.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { AsOf } from '../as-of.tsx';
import { type PhonePatrol, useWalkablePatrols } from './use-walkable-patrols.ts';

const laterShown = 20;

export function PhonePatrolsScreen(): ReactNode {
  const { t } = useWords();
  const { all, asOfMs, isUnknown } = useWalkablePatrols();
  const now = all.filter(({ standing }) => standing === 'open' || standing === 'late');
  const later = all.filter(({ standing }) => standing === 'later').slice(0, laterShown);
  return (
    <section aria-labelledby="patrols-title">
      <h1 className="phone-title" id="patrols-title">
        {t('phone.patrol.title')}
      </h1>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      {now.length === 0 && <p className="phone-empty">{t(isUnknown ? 'phone.patrol.unknown' : 'phone.patrol.none')}</p>}
      <ul className="phone-list" data-testid="patrols-now">
        {now.map((each) => (
          <li key={each.patrol.id}>
            <PatrolRow each={each} />
          </li>
        ))}
      </ul>
      {later.length > 0 && (
        <>
          <h2 className="phone-subtitle">{t('phone.patrol.soon')}</h2>
          <ul className="phone-list">
            {later.map((each) => (
              <li key={each.patrol.id}>
                <PatrolRow each={each} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function PatrolRow({ each: { patrol, standing, doneCount, unsent } }: { readonly each: PhonePatrol }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(patrol.stationId);
  const whenText = usePatrolTime();
  return (
    <Link
      to={`/patrols/${encodeURIComponent(patrol.id)}`}
      className="phone-row"
      data-testid={`patrol-${patrol.id}`}
      data-standing={standing}
    >
      <span className="phone-row-text">
        <b>{station === undefined ? patrol.stationId : text(station.name)}</b>
        <span>
          {text(patrol.name)} · <b>{t('phone.patrol.points', { done: doneCount, total: patrol.points.length })}</b>
          {unsent.size > 0 && ` · ${t('phone.header.unsent', { count: unsent.size })}`}
        </span>
        <span className="phone-row-small number" data-standing={standing}>
          {whenText({ patrol, standing })}
        </span>
      </span>
    </Link>
  );
}

export function usePatrolTime(): (each: Pick<PhonePatrol, 'patrol' | 'standing'>) => string {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return ({ patrol, standing }) => {
    const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone).slice(0, -3);
    if (standing === 'later') return t('phone.patrol.from', { time: time(patrol.plannedAtMs) });
    if (standing !== 'open') return t('phone.patrol.over', { time: time(patrol.dueAtMs) });
    const due = t('phone.patrol.due', { time: time(patrol.dueAtMs) });
    return serverNowMs() < patrol.plannedAtMs
      ? `${t('phone.patrol.from', { time: time(patrol.plannedAtMs) })} · ${t('phone.patrol.early')} · ${due}`
      : due;
  };
}
