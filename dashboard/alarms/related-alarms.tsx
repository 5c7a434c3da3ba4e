// What else rose within a minute, at this station and along the pipelines, in the order in which it came.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { fetchRelatedAlarms } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { tagOf } from './alarm-line.tsx';
import { PriorityMark } from './priority-mark.tsx';

/** The minute after the raise goes on while the page is open. */
const refreshMs = 5_000;

export function RelatedAlarms({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const related = useQuery({
    queryKey: ['alarm', alarm.alarmId, 'related', alarm.id],
    queryFn: ({ signal }) => fetchRelatedAlarms(alarm.alarmId, signal),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  const found = related.data?.alarms ?? [];
  const nameOf = (stationId: string): string => {
    const station = stations.find((candidate) => candidate.id === stationId);
    return station === undefined ? stationId : text(station.name);
  };
  return (
    <section className="panel" aria-label={t('alarm.related')} data-testid="related-alarms">
      <div className="panel-head">
        <h2>{t('alarm.related')}</h2>
        <span className="muted small">{t('alarm.relatedHint')}</span>
      </div>
      {related.isError && <p className="empty">{t('common.failed', { reason: related.error.message })}</p>}
      {related.isSuccess && found.length === 0 && <p className="empty">{t('alarm.noRelated')}</p>}
      {found.length > 0 && (
        <ul className="related">
          {found.map((each) => (
            <li key={each.occurrenceId} data-relation={each.relation} data-alarm-id={each.alarm.alarmId}>
              <span className="number related-after">{afterText(each.afterMs)}</span>
              <PriorityMark priority={each.alarm.priority} alarmClass={each.alarm.class} size={18} />
              <span className="related-what">
                <Link to="/alarms/$alarmId" params={{ alarmId: each.alarm.alarmId }}>
                  {tagOf(each.alarm)} {text(each.alarm.message)}
                </Link>
                {each.relation !== 'sameStation' && (
                  <span className="tag">
                    {t(`alarm.relation.${each.relation}`)} {nameOf(each.alarm.stationId)}
                  </span>
                )}
                {each.alarm.id === each.occurrenceId && each.alarm.isFirstOut && (
                  <span className="tag tag-first-out">{t('alarms.firstOut')}</span>
                )}
                {each.isTest && <span className="tag tag-test">{t('common.testMark')}</span>}
              </span>
              <span className="muted small">
                {each.alarm.id === each.occurrenceId ? t(`alarmState.${each.alarm.state}`) : t('alarm.earlierOccurrence')}
              </span>
            </li>
          ))}
        </ul>
      )}
      {related.data?.isCut === true && <p className="muted small related-cut">{t('alarm.relatedCut', { count: found.length })}</p>}
    </section>
  );
}

/** `−12.4 s`, `+0.0 s` */
function afterText(afterMs: number): string {
  return `${afterMs < 0 ? '−' : '+'}${(Math.abs(afterMs) / 1_000).toFixed(1)} s`;
}
