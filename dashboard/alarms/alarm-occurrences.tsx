// How often this alarm rose before, how long each time, and who acknowledged it.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { fetchOccurrences } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { formatNumber } from '../values/format-value.ts';
import { hasNumber } from './alarm-row.tsx';

export function AlarmOccurrences({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const durationText = useDurationText();
  const history = useQuery({
    queryKey: ['alarm', alarm.alarmId, 'occurrences', alarm.version],
    queryFn: ({ signal }) => fetchOccurrences(alarm.alarmId, signal),
    placeholderData: (before) => before,
  });
  const occurrences = history.data?.occurrences ?? [];
  const raises = history.data?.raisesInThirtyDays ?? null;
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  const showsValue = hasNumber(alarm);
  return (
    <section className="panel" aria-label={t('alarm.occurrences')} data-testid="alarm-occurrences">
      <div className="panel-head">
        <h2>{t('alarm.occurrences')}</h2>
        {history.isSuccess && (
          <span className="muted small">{raises === null ? t('alarm.raisesMany') : t('alarm.raisesInThirtyDays', { count: raises })}</span>
        )}
      </div>
      {history.isError && <p className="empty">{t('common.failed', { reason: history.error.message })}</p>}
      {history.isSuccess && occurrences.length === 0 && <p className="empty">{t('alarm.noHistory')}</p>}
      {occurrences.length > 0 && (
        <table className="table number">
          <thead>
            <tr>
              <th scope="col">{t('alarm.since')}</th>
              <th scope="col">{t('alarm.lasted')}</th>
              {showsValue && <th scope="col">{t('common.value')}</th>}
              <th scope="col">{t('alarms.column.acknowledgedBy')}</th>
            </tr>
          </thead>
          <tbody>
            {occurrences.map((each) => (
              <tr key={each.occurrenceId}>
                <td>
                  {time(each.raisedAtMs)} {each.isTest && <span className="tag tag-test">{t('common.testMark')}</span>}
                  {each.wasSetAside && <span className="tag">{t('alarm.wasSetAside')}</span>}
                </td>
                <td>{each.clearedAtMs === null ? t('alarm.lasting') : durationText(each.clearedAtMs - each.raisedAtMs)}</td>
                {showsValue && <td>{each.value === null ? '—' : `${formatNumber(each.value, alarm.digits)} ${alarm.unit}`}</td>}
                <td>
                  {each.acknowledgedAtMs === null ? (
                    <span className="muted">—</span>
                  ) : (
                    <span title={each.comment ?? undefined}>
                      {each.acknowledgedBy} <span className="muted">+{durationText(each.acknowledgedAtMs - each.raisedAtMs)}</span>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
