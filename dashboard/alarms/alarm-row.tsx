// One row of the alarm list.
// biome-ignore-all lint/a11y/useSemanticElements: only the rows on the screen exist, which a <table> cannot lay out; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names the selected row as its active descendant
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import { limitKinds } from '../../domain/alarms/alarm-definition.ts';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { formatNumber } from '../values/format-value.ts';
import { usePointReading } from '../values/point-reading.ts';
import { tagOf } from './alarm-line.tsx';
import type { ListItem } from './alarm-list.tsx';
import { AlarmMarkTags } from './alarm-mark-tags.tsx';
import { AlarmPlaceLink } from './alarm-place.tsx';
import { flashOf, hueOf, PriorityMark } from './priority-mark.tsx';
import { TestTag } from './test-tag.tsx';

export interface AlarmRowLineProps {
  readonly id: string;
  readonly item: ListItem;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly onSelect: (alarmId: string) => void;
  /** null where the person may not. */
  readonly onAcknowledge: ((alarms: readonly AlarmView[]) => void) | null;
  readonly onToggle: () => void;
}

export const AlarmRowLine = memo(
  function AlarmRowLine({ id, item, index, top, height, isSelected, onSelect, onAcknowledge, onToggle }: AlarmRowLineProps): ReactNode {
    const { alarm, eclipsed, isFolded, isChild } = item;
    const { t, text } = useWords();
    const zone = useZone();
    const { serverNowMs } = useLiveClient();
    const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
    const nameOf = usePersonName();
    const isOwed = needsAcknowledgement(alarm.state);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it moves the selection by keyboard
      <div
        id={id}
        className="alarm-row"
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        style={{ transform: `translateY(${top}px)`, height }}
        data-testid="alarm-row"
        data-alarm-id={alarm.alarmId}
        data-occurrence-id={alarm.id}
        data-state={alarm.state}
        data-priority={alarm.priority}
        data-hue={hueOf(alarm.priority, alarm.class)}
        data-owed={isOwed || undefined}
        data-child={isChild || undefined}
        onClick={() => onSelect(alarm.alarmId)}
      >
        <span role="gridcell" className="cell-priority">
          <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} showsWord />
        </span>
        <span role="gridcell" className="cell-time number">
          {alarm.raisedAtMs === null ? '' : time(alarm.raisedAtMs)}
        </span>
        <span role="gridcell" className="cell-station">
          <AlarmPlaceLink stationId={alarm.stationId} tabIndex={-1} />
        </span>
        <span role="gridcell" className="cell-tag" title={tagOf(alarm)}>
          {tagOf(alarm)}
        </span>
        <span role="gridcell" className="cell-message">
          <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }} tabIndex={-1} title={text(alarm.message)}>
            {text(alarm.message)}
          </Link>
          <AlarmMarkTags alarm={alarm} />
          <TestTag alarm={alarm} />
          {alarm.raiseCount > 1 && <span className="tag number">{t('alarms.raiseCount', { count: alarm.raiseCount })}</span>}
          {eclipsed.length > 0 && (
            <button
              type="button"
              className="button button-small button-quiet fold"
              aria-expanded={!isFolded}
              title={t('alarms.foldedHint')}
              tabIndex={-1}
              data-owed={eclipsed.some((child) => needsAcknowledgement(child.state)) || undefined}
              onClick={(event) => {
                event.stopPropagation();
                onToggle();
              }}
            >
              {t('alarms.folded', { count: eclipsed.length })}
              {eclipsed.some((child) => child.isFirstOut) && ` · ${t('alarms.firstOut')}`}
            </button>
          )}
        </span>
        <span role="gridcell" className="cell-value number">
          <AlarmValues alarm={alarm} />
        </span>
        <span role="gridcell" className="cell-state">
          {t(`alarmState.${alarm.state}`)}
          {alarm.state === 'shelved' && alarm.shelved !== null && (
            <span className="muted small number"> {t('alarms.shelvedUntil', { time: time(alarm.shelved.untilMs) })}</span>
          )}
        </span>
        <span role="gridcell" className="cell-acknowledgedBy">
          {isOwed && onAcknowledge !== null ? (
            <button
              type="button"
              className="button button-small"
              tabIndex={-1}
              data-testid="acknowledge"
              onClick={(event) => {
                event.stopPropagation();
                onAcknowledge([alarm]);
              }}
            >
              {t('alarms.acknowledge')}
            </button>
          ) : (
            !isOwed &&
            alarm.acknowledgedAtMs !== null && (
              <span className="number" title={alarm.comment ?? undefined}>
                {nameOf(alarm.acknowledgedBy ?? '')} {time(alarm.acknowledgedAtMs)}
              </span>
            )
          )}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.item.alarm === after.item.alarm &&
    before.item.eclipsed.length === after.item.eclipsed.length &&
    before.item.eclipsed.every((child, index) => child === after.item.eclipsed[index]) &&
    before.item.isFolded === after.item.isFolded &&
    before.index === after.index &&
    before.top === after.top &&
    before.height === after.height &&
    before.isSelected === after.isSelected &&
    before.onAcknowledge === after.onAcknowledge,
);

const numericKinds: ReadonlySet<string> = new Set([...limitKinds, 'rateOfChange', 'deviation']);

/** A state or a lost device has no number that would say anything. */
export function hasNumber(alarm: AlarmView): boolean {
  return numericKinds.has(alarm.kind);
}

function AlarmValues({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  if (!hasNumber(alarm)) return null;
  return (
    <>
      <span>{alarm.valueAtRaise === null ? '—' : formatNumber(alarm.valueAtRaise, alarm.digits)}</span>
      <span className="muted"> / </span>
      {alarm.pointId !== null && <ValueNow pointId={alarm.pointId} digits={alarm.digits} />}
      <span className="muted small"> {alarm.unit}</span>
    </>
  );
}

function ValueNow({ pointId, digits }: { readonly pointId: string; readonly digits: number }): ReactNode {
  const reading = usePointReading(pointId);
  if (reading.kind === 'unknown' || typeof reading.value !== 'number') return <span className="hatched">—</span>;
  return <b>{formatNumber(reading.value, digits)}</b>;
}
