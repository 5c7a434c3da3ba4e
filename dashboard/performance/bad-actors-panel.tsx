// The ten most frequent alarms, each with what history says would have quietened it.
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode, useState } from 'react';
import type { AlarmName, BadActors } from '../../domain/api/performance-api.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useStation } from '../session/plant-context.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { shareText } from './figure-text.ts';
import { SuggestionView } from './suggestion-view.tsx';

export function BadActorsPanel({ actors }: { readonly actors: BadActors }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <section className="panel" aria-label={t('performance.actors')} data-testid="bad-actors">
      <div className="panel-head">
        <h2>{t('performance.actors')}</h2>
        {actors.actors.length > 0 && (
          <span className="muted small">{t('performance.actorsShare', { share: shareText(actors.topTenShare) })}</span>
        )}
      </div>
      {actors.actors.length === 0 ? (
        <p className="empty">{t('performance.noActors')}</p>
      ) : (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('performance.alarm')}</th>
                <th scope="col" className="cell-right">
                  {t('performance.announced')}
                </th>
                <th scope="col">{t('performance.share')}</th>
                <th scope="col" className="cell-right">
                  {t('performance.chattering')}
                </th>
                <th scope="col" className="cell-right">
                  {t('performance.fleeting')}
                </th>
                <th scope="col" className="cell-right">
                  {t('performance.median')}
                </th>
                <td className="no-print" />
              </tr>
            </thead>
            <tbody>
              {actors.actors.map((actor) => {
                const isOpen = openId === actor.alarm.alarmId;
                return (
                  <Fragment key={actor.alarm.alarmId}>
                    <tr data-testid="bad-actor" data-alarm-id={actor.alarm.alarmId}>
                      <td>
                        <AlarmNameText alarm={actor.alarm} />
                      </td>
                      <td className="cell-right number">{actor.announced}</td>
                      <td className="number">
                        <span className="share-bar">
                          <span style={{ width: `${actor.share * 100}%` }} />
                        </span>{' '}
                        {shareText(actor.share)}
                      </td>
                      <td className="cell-right number">{actor.chattering}</td>
                      <td className="cell-right number">{actor.fleeting}</td>
                      <td className="cell-right number">{actor.medianMs === null ? '—' : durationText(actor.medianMs)}</td>
                      <td className="cell-right no-print">
                        {actor.canSuggest && (
                          <button
                            type="button"
                            className="button button-small"
                            aria-expanded={isOpen}
                            onClick={() => setOpenId(isOpen ? null : actor.alarm.alarmId)}
                            data-testid="suggest"
                          >
                            {isOpen ? t('performance.suggestHide') : t('performance.suggest')}
                          </button>
                        )}
                      </td>
                    </tr>
                    {isOpen && (
                      <tr>
                        <td colSpan={7} className="suggestion-cell">
                          <SuggestionView alarmId={actor.alarm.alarmId} fromMs={actors.fromMs} toMs={actors.toMs} />
                        </td>
                      </tr>
                    )}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function AlarmNameText({ alarm }: { readonly alarm: AlarmName }): ReactNode {
  const { text } = useWords();
  const station = useStation(alarm.stationId);
  return (
    <span className="alarm-name">
      <PriorityMark priority={alarm.priority} {...(alarm.class !== null && { alarmClass: alarm.class })} size={18} />
      <span>
        <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }}>
          {station === undefined ? alarm.stationId : text(station.name)} {text(alarm.message)}
        </Link>{' '}
        <span className="muted small number">{alarm.alarmId}</span>
      </span>
    </span>
  );
}
