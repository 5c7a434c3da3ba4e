// One alarm in one line of a dialogue or a pinned bar: priority, time, station, tag, message, state.

import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { usePlaceName } from './alarm-place.tsx';
import { flashOf, PriorityMark } from './priority-mark.tsx';
import { TestTag } from './test-tag.tsx';

/** `PT-101` of `GS-01.PT-101`; the device or the alarm's own name where it has no point. */
export function tagOf(alarm: AlarmView): string {
  const whole = alarm.pointId ?? alarm.deviceId ?? alarm.alarmId;
  const prefix = `${alarm.stationId}.`;
  return whole.startsWith(prefix) ? whole.slice(prefix.length) : whole;
}

export function AlarmLine({ alarm, flashes = false }: { readonly alarm: AlarmView; readonly flashes?: boolean }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const placeName = usePlaceName();
  const { serverNowMs } = useLiveClient();
  return (
    <span className="alarm-line">
      <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashes ? flashOf(alarm.state) : 'none'} showsWord />
      {alarm.raisedAtMs !== null && <span className="number">{formatRecent(alarm.raisedAtMs, serverNowMs(), zone)}</span>}
      <span className="alarm-line-text">
        <b>{placeName(alarm.stationId)}</b> {tagOf(alarm)} {text(alarm.message)} <TestTag alarm={alarm} />
      </span>
      <span className="muted">{t(`alarmState.${alarm.state}`)}</span>
    </span>
  );
}
