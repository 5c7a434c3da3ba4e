// Beside the tiles: what wants somebody now, in the order of the alarm list. As many lines as the room has; the rest is counted, never hidden silently.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { isSetAside, orderAlarms } from '../alarms/alarm-order.ts';
import { flashOf, hueOf, PriorityMark } from '../alarms/priority-mark.tsx';
import { TestTag } from '../alarms/test-tag.tsx';
import { useWords } from '../language/language.ts';
import { useAlarms, useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

/** One line of the list, rem. */
const lineHeightRem = 2.875;
const leastLines = 3;

export function WaitingAlarms({ stationIds }: { readonly stationIds: ReadonlySet<string> }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { stations } = usePlant();
  const alarms = useAlarms();
  const nameOf = useMemo(() => new Map(stations.map((station) => [station.id, station.name])), [stations]);
  const rows = useMemo(
    () => orderAlarms(alarms.filter((alarm) => !isSetAside(alarm) && stationIds.has(alarm.stationId))),
    [alarms, stationIds],
  );
  const body = useRef<HTMLDivElement>(null);
  const [lines, setLines] = useState(leastLines);
  useEffect(() => {
    const element = body.current;
    if (element === null) return;
    const measure = new ResizeObserver(() => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      setLines(Math.max(leastLines, Math.floor(element.clientHeight / (lineHeightRem * rem))));
    });
    measure.observe(element);
    return () => measure.disconnect();
  }, []);
  // The last line is for the count of the others.
  const shown = rows.length <= lines ? rows : rows.slice(0, Math.max(1, lines - 1));
  return (
    <section className="panel waiting" aria-label={t('overview.waiting')} data-testid="waiting-alarms">
      <div className="panel-head">
        <h2>{t('overview.waiting')}</h2>
        <Link to="/alarms" className="small panel-link">
          {t('alarms.list')}
        </Link>
      </div>
      <div className="waiting-body" ref={body}>
        {rows.length === 0 ? (
          <p className="empty">{t('overview.noWaiting')}</p>
        ) : (
          <ul>
            {shown.map(({ alarm }) => {
              const name = nameOf.get(alarm.stationId);
              return (
                <li key={alarm.alarmId} data-hue={hueOf(alarm.priority, alarm.class)}>
                  <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }}>
                    <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} />
                    <span className="waiting-text">
                      <b>{name === undefined ? alarm.stationId : text(name)}</b> {text(alarm.message)} <TestTag alarm={alarm} />
                    </span>
                    <span className="muted small number">
                      {alarm.raisedAtMs !== null && formatRecent(alarm.raisedAtMs, serverNowMs(), zone)}
                    </span>
                  </Link>
                </li>
              );
            })}
            {shown.length < rows.length && (
              <li className="waiting-more muted">{t('overview.moreWaiting', { count: rows.length - shown.length })}</li>
            )}
          </ul>
        )}
      </div>
    </section>
  );
}
