// The list itself: thousands of alarms, only the rows on the screen are drawn, all by keyboard.
// biome-ignore-all lint/a11y/useSemanticElements: only the rows on the screen exist, which a <table> cannot lay out; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names the selected row as its active descendant
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useSubscription } from '../live/live-context.tsx';
import { usePermission } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { useActions } from './alarm-actions.tsx';
import { AlarmGroupLine } from './alarm-group-line.tsx';
import type { AlarmGroup } from './alarm-groups.ts';
import type { AlarmRow } from './alarm-order.ts';
import { AlarmRowLine } from './alarm-row.tsx';

export interface ListItem {
  readonly kind: 'alarm';
  readonly alarm: AlarmView;
  readonly eclipsed: readonly AlarmView[];
  readonly isFolded: boolean;
  /** Shown under the worse alarm of its point. */
  readonly isChild: boolean;
}

interface GroupItem {
  readonly kind: 'group';
  readonly group: AlarmGroup;
}

export interface AlarmListProps {
  readonly rows: readonly AlarmRow[];
  /** The same rows by station, or null where they stand in one list. */
  readonly groups: readonly AlarmGroup[] | null;
  readonly onAcknowledge: (alarms: readonly AlarmView[]) => void;
  readonly onSetAside: (wish: { readonly alarm: AlarmView; readonly action: AlarmAction }) => void;
}

const pageRows = 12;
/** Scrolling must not ask the server for other points at every row. */
const subscribeAfterMs = 300;

export function AlarmList({ rows, groups, onAcknowledge, onSetAside }: AlarmListProps): ReactNode {
  const { t } = useWords();
  const navigate = useNavigate();
  const mayAcknowledge = usePermission('alarms.acknowledge');
  const scroller = useRef<HTMLDivElement>(null);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const rowHeight = useRowHeight();

  const items = useMemo((): readonly (ListItem | GroupItem)[] => {
    const itemsOf = ({ alarm, eclipsed }: AlarmRow): ListItem[] => {
      const isFolded = !unfolded.has(alarm.alarmId);
      const head: ListItem = { kind: 'alarm', alarm, eclipsed, isFolded, isChild: false };
      return isFolded
        ? [head]
        : [head, ...eclipsed.map((child): ListItem => ({ kind: 'alarm', alarm: child, eclipsed: [], isFolded: true, isChild: true }))];
    };
    if (groups === null) return rows.flatMap(itemsOf);
    return groups.flatMap((group): (ListItem | GroupItem)[] => [{ kind: 'group', group }, ...group.rows.flatMap(itemsOf)]);
  }, [rows, groups, unfolded]);
  /** Where the alarms stand among the items: a station's head is not selected. */
  const alarmIndexes = useMemo(() => items.flatMap((item, index) => (item.kind === 'alarm' ? [index] : [])), [items]);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index]) ?? index,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the rows have another height
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  // A row that left the list hands its selection to the one that took its place.
  const lastIndex = useRef(0);
  const foundIndex = alarmIndexes.findIndex((index) => alarmAt(index)?.alarmId === selectedId);
  const selectedIndex = foundIndex === -1 ? Math.min(lastIndex.current, alarmIndexes.length - 1) : foundIndex;
  useEffect(() => {
    lastIndex.current = Math.max(0, selectedIndex);
  }, [selectedIndex]);
  const selected = alarmAt(alarmIndexes[selectedIndex] ?? -1);

  function alarmAt(index: number): AlarmView | null {
    const item = items[index];
    return item?.kind === 'alarm' ? item.alarm : null;
  }

  const drawn = virtualizer.getVirtualItems();
  const visiblePoints = useSettled(
    drawn.map((row) => alarmAt(row.index)?.pointId ?? '').filter((id) => id !== ''),
    subscribeAfterMs,
  );
  useSubscription([], visiblePoints);

  /** By position among the alarms. */
  function select(position: number): void {
    const index = alarmIndexes[Math.max(0, Math.min(alarmIndexes.length - 1, position))] ?? -1;
    const alarm = alarmAt(index);
    if (alarm === null) return;
    setSelectedId(alarm.alarmId);
    // The first alarm of a station brings the station's head with it.
    virtualizer.scrollToIndex(items[index - 1]?.kind === 'group' ? index - 1 : index);
    scroller.current?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    if (event.target !== event.currentTarget) return;
    const target = {
      ArrowDown: selectedIndex + 1,
      ArrowUp: selectedIndex - 1,
      PageDown: selectedIndex + pageRows,
      PageUp: selectedIndex - pageRows,
      Home: 0,
      End: alarmIndexes.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      select(target);
    } else if (event.key === 'Enter' && selected !== null) {
      event.preventDefault();
      open(selected);
    }
  }

  function open(alarm: AlarmView): void {
    void navigate({ to: '/alarms/$alarmId', params: { alarmId: alarm.alarmId } });
  }

  function visibleUnacknowledged(): AlarmView[] {
    const range = virtualizer.range;
    if (range === null) return [];
    return items
      .slice(range.startIndex, range.endIndex + 1)
      .flatMap((item) => (item.kind === 'alarm' ? [item.alarm] : []))
      .filter((alarm) => needsAcknowledgement(alarm.state));
  }

  function acknowledgeSelected(): void {
    if (selected !== null && needsAcknowledgement(selected.state)) onAcknowledge([selected]);
  }

  const actionsOf = useActions();
  /** A safety alarm is not shelved: for it the key opens what is possible instead. */
  function setSelectedAside(): void {
    if (selected === null || selectedId === null) return;
    const possible = actionsOf(selected);
    const action = (['shelve', 'remove-from-service'] as const).find((wish) => possible.includes(wish));
    if (action !== undefined) onSetAside({ alarm: selected, action });
  }

  useKeys([
    ['h', setSelectedAside],
    ['ArrowDown', () => select(selectedId === null ? 0 : selectedIndex + 1)],
    ['ArrowUp', () => select(selectedIndex - 1)],
    [
      'Enter',
      () => {
        if (selected !== null && selectedId !== null) open(selected);
      },
    ],
    ...(mayAcknowledge
      ? ([
          ['a', acknowledgeSelected],
          ['A', () => onAcknowledge(visibleUnacknowledged())],
        ] as const)
      : []),
  ]);

  const columns = ['priority', 'time', 'station', 'tag', 'message', 'value', 'state', 'acknowledgedBy'] as const;
  return (
    <>
      <div
        ref={scroller}
        className="alarm-scroll"
        role="grid"
        aria-label={t('alarms.scrollLabel', { count: alarmIndexes.length })}
        aria-rowcount={items.length + 1}
        aria-activedescendant={selected === null ? undefined : rowId(selected)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        data-testid="alarm-list"
      >
        <div className="alarm-row alarm-header" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <span key={column} role="columnheader" className={`cell-${column}`}>
              {t(`alarms.column.${column}`)}
            </span>
          ))}
        </div>
        <div className="alarm-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {drawn.map((row) => {
            const item = items[row.index];
            if (item === undefined) return null;
            if (item.kind === 'group')
              return <AlarmGroupLine key={row.key} group={item.group} index={row.index} top={row.start} height={rowHeight} />;
            return (
              <AlarmRowLine
                key={row.key}
                id={rowId(item.alarm)}
                item={item}
                index={row.index}
                top={row.start}
                height={rowHeight}
                isSelected={item.alarm === selected && selectedId !== null}
                onSelect={setSelectedId}
                onAcknowledge={mayAcknowledge ? onAcknowledge : null}
                onToggle={() => {
                  const next = new Set(unfolded);
                  if (!next.delete(item.alarm.alarmId)) next.add(item.alarm.alarmId);
                  setUnfolded(next);
                }}
              />
            );
          })}
        </div>
        {items.length === 0 && (
          <div className="empty">
            <strong>{t('alarms.empty')}</strong>
            {t('alarms.emptyHint')}
          </div>
        )}
      </div>
      <div className="alarm-foot">
        <span className="muted small alarm-keys">{t('alarms.keys')}</span>
        {mayAcknowledge && (
          <button
            type="button"
            className="button button-small"
            onClick={() => onAcknowledge(visibleUnacknowledged())}
            data-testid="acknowledge-visible"
          >
            {t('alarms.acknowledgeAll')}
          </button>
        )}
      </div>
    </>
  );
}

function keyOf(item: ListItem | GroupItem | undefined): string | undefined {
  return item?.kind === 'group' ? `station ${item.group.stationId}` : item?.alarm.alarmId;
}

function rowId(alarm: AlarmView): string {
  return `alarm-${alarm.alarmId}`;
}

/** The list as it was when it last stood still for `afterMs`. */
function useSettled(list: readonly string[], afterMs: number): readonly string[] {
  const key = list.join('\n');
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), afterMs);
    return () => clearTimeout(timer);
  }, [key, afterMs]);
  return useMemo(() => (settled === '' ? [] : settled.split('\n')), [settled]);
}

/** A row is two lines high on a phone, and grows with the type on a wall. */
function useRowHeight(): number {
  const [height, setHeight] = useState(rowHeightNow);
  useEffect(() => {
    const measure = (): void => setHeight(rowHeightNow());
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  return height;
}

function rowHeightNow(): number {
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return Math.round((window.innerWidth < 860 ? 4.5 : 2.5) * remPx);
}
