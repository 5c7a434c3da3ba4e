// The head of a station's alarms while the list is grouped: where, how many of which priority, how many wait, what came first.
// biome-ignore-all lint/a11y/useSemanticElements: only the rows on the screen exist, which a <table> cannot lay out; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names the selected row as its active descendant

import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import type { AlarmGroup } from './alarm-groups.ts';
import { tagOf } from './alarm-line.tsx';
import { AlarmPlaceLink } from './alarm-place.tsx';
import { PriorityMark } from './priority-mark.tsx';

export interface AlarmGroupLineProps {
  readonly group: AlarmGroup;
  readonly index: number;
  readonly top: number;
  readonly height: number;
}

export function AlarmGroupLine({ group, index, top, height }: AlarmGroupLineProps): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { firstOut } = group;
  return (
    <div
      className="alarm-group"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)`, height }}
      data-testid={`alarm-group-${group.stationId}`}
    >
      <span role="gridcell" className="alarm-group-cell">
        <AlarmPlaceLink stationId={group.stationId} tabIndex={-1} isStrong />
        <span className="alarm-group-counts number">
          {[...group.counts].map(([priority, count]) => (
            <span key={priority}>
              <PriorityMark priority={priority} size={18} /> {count}
            </span>
          ))}
        </span>
        {group.unacknowledged > 0 && <span className="number">{t('overview.unacknowledged', { count: group.unacknowledged })}</span>}
        {firstOut !== null && (
          <span className="alarm-group-first muted">
            <span className="tag tag-first-out">{t('alarms.firstOut')}</span>{' '}
            {firstOut.raisedAtMs !== null && <span className="number">{formatRecent(firstOut.raisedAtMs, serverNowMs(), zone)}</span>}{' '}
            {tagOf(firstOut)} {text(firstOut.message)}
          </span>
        )}
      </span>
    </div>
  );
}
