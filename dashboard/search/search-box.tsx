// A search field with its results under it, for the jump dialogue and for picking trend points: type, arrows, Enter.
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useWords } from '../language/language.ts';
import { type SearchEntry, searchIn } from './search-index.ts';
import './search.css';

export interface SearchBoxProps {
  readonly index: readonly SearchEntry[];
  readonly label: string;
  readonly onPick: (entry: SearchEntry) => void;
  /** Marks entries that are already picked. */
  readonly isPicked?: (entry: SearchEntry) => boolean;
}

const shownResults = 60;

export function SearchBox({ index, label, onPick, isPicked }: SearchBoxProps): ReactNode {
  const { t, text } = useWords();
  const [wanted, setWanted] = useState('');
  const deferred = useDeferredValue(wanted);
  const found = useMemo(() => searchIn(index, deferred, shownResults), [index, deferred]);
  const [current, setCurrent] = useState(0);
  const at = Math.min(current, Math.max(0, found.length - 1));
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView?.({ block: 'nearest' });
  }, [at]);

  function onKeyDown(event: KeyboardEvent): void {
    const chosen = found[at];
    if (event.key === 'ArrowDown') setCurrent(Math.min(found.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setCurrent(Math.max(0, at - 1));
    else if (event.key === 'Enter' && chosen !== undefined && !event.nativeEvent.isComposing) onPick(chosen);
    else return;
    event.preventDefault();
  }

  return (
    <div className="search-box">
      <input
        className="input"
        data-autofocus=""
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={found[at] === undefined ? undefined : `${listId}-${at}`}
        aria-label={label}
        placeholder={label}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setCurrent(0);
        }}
        onKeyDown={onKeyDown}
        data-testid="search-input"
      />
      <div id={listId} role="listbox" aria-label={label} tabIndex={-1} ref={list}>
        {found.map((entry, row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above keeps the focus and moves through the list
          <div
            key={`${entry.kind}-${entry.id}`}
            id={`${listId}-${row}`}
            role="option"
            tabIndex={-1}
            aria-selected={row === at}
            onClick={() => onPick(entry)}
            data-testid={`found-${entry.id}`}
          >
            {entry.kind === 'station' ? (
              <>
                <b>{text(entry.station.name)}</b>
                <span className="muted">
                  {entry.id} · {t(`stationType.${entry.station.type}`)}
                </span>
              </>
            ) : (
              <>
                <span>
                  <b>{entry.point.tag}</b> {text(entry.point.name)}
                </span>
                <span className="muted">
                  {entry.station === undefined ? entry.point.stationId : text(entry.station.name)} {entry.point.unit}
                </span>
              </>
            )}
            {isPicked?.(entry) === true && <span aria-hidden="true">✓</span>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="empty">{t('jump.none')}</p>}
    </div>
  );
}
