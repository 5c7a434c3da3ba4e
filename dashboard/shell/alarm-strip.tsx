// One line of constant height under the header: the most urgent alarm that waits for somebody, on whichever screen he is.

import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { compareAlarms, isSetAside } from '../alarms/alarm-order.ts';
import { usePlaceName } from '../alarms/alarm-place.tsx';
import { flashOf, hueOf, PriorityMark } from '../alarms/priority-mark.tsx';
import { TestTag } from '../alarms/test-tag.tsx';
import { useWords } from '../language/language.ts';
import { useAlarms, useFlood, useLiveClient } from '../live/live-context.tsx';
import { useReplay } from '../replay/replay-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

const AcknowledgeDialog = lazy(() => import('../alarms/acknowledge-dialog.tsx').then((module) => ({ default: module.AcknowledgeDialog })));

export function AlarmStrip(): ReactNode {
  const { t } = useWords();
  const alarms = useAlarms();
  const { session: replay } = useReplay();
  const worst = useMemo(() => {
    let found: AlarmView | null = null;
    for (const alarm of alarms) {
      if (isSetAside(alarm) || alarm.isEclipsed || !needsAcknowledgement(alarm.state)) continue;
      // A test, however urgent, never takes the one place from a real alarm.
      if (found === null || (found.isTest && !alarm.isTest) || (found.isTest === alarm.isTest && compareAlarms(alarm, found) < 0))
        found = alarm;
    }
    return found;
  }, [alarms]);
  return (
    <section className="alarm-strip" aria-label={t('alarms.strip')} aria-live="assertive" data-testid="alarm-strip">
      {replay !== null && (
        <span className="tag" title={t('replay.liveHint')} data-testid="strip-live">
          {t('replay.live')}
        </span>
      )}
      <FloodMark />
      {worst === null ? <span className="muted">{t('alarms.stripQuiet')}</span> : <StripAlarm key={worst.id} alarm={worst} />}
    </section>
  );
}

/** On whichever screen he is: there are too many to take in one by one; the list has them by station. */
function FloodMark(): ReactNode {
  const { t } = useWords();
  const flood = useFlood();
  const { leave } = useReplay();
  if (flood === null) return null;
  return (
    <Link to="/alarms" onClick={leave} className="tag tag-flood" data-testid="strip-flood">
      {t('alarms.flood.title')} <span className="number">{flood.inLastTenMinutes}</span>
    </Link>
  );
}

function StripAlarm({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const placeName = usePlaceName();
  const { serverNowMs } = useLiveClient();
  const { leave } = useReplay();
  const mayAcknowledge = usePermission('alarms.acknowledge');
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} showsWord />
      {alarm.raisedAtMs !== null && <span className="number">{formatRecent(alarm.raisedAtMs, serverNowMs(), zone)}</span>}
      <Link
        className="alarm-strip-text"
        data-hue={hueOf(alarm.priority, alarm.class)}
        to="/alarms/$alarmId"
        params={{ alarmId: alarm.alarmId }}
        // What is live is looked at live.
        onClick={leave}
      >
        <b>{placeName(alarm.stationId)}</b> {text(alarm.message)} <TestTag alarm={alarm} />
      </Link>
      <span className="alarm-strip-state muted">{t(`alarmState.${alarm.state}`)}</span>
      {mayAcknowledge && (
        <button type="button" className="button button-small" onClick={() => setIsAsking(true)} data-testid="strip-acknowledge">
          {t('alarms.acknowledge')}
        </button>
      )}
      <Suspense>{isAsking && <AcknowledgeDialog alarms={[alarm]} onClose={() => setIsAsking(false)} />}</Suspense>
    </>
  );
}
