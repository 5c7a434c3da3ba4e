// Points are picked by name, tag or pinyin; picked again, they are taken out.
import { type ReactNode, useMemo } from 'react';
import { mostTrendPoints } from '../../domain/trends/trend-view.ts';
import { useWords } from '../language/language.ts';
import { SearchBox } from '../search/search-box.tsx';
import { useSearchIndex } from '../search/search-index.ts';
import { Dialog } from '../shell/dialog.tsx';

export function PickDialog({
  pointIds,
  onToggle,
  onClose,
}: {
  readonly pointIds: readonly string[];
  readonly onToggle: (pointId: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const index = useSearchIndex();
  const points = useMemo(() => index.filter((entry) => entry.kind === 'point' && entry.point.kind !== 'text'), [index]);
  const isFull = pointIds.length >= mostTrendPoints;
  return (
    <Dialog title={t('trends.pick')} onClose={onClose} testId="pick-dialog">
      <div className="dialog-body">
        <SearchBox
          index={points}
          label={t('trends.search')}
          isPicked={(entry) => pointIds.includes(entry.id)}
          onPick={(entry) => {
            if (pointIds.includes(entry.id) || !isFull) onToggle(entry.id);
          }}
        />
        {isFull && <p className="notice no-margin">{t('trends.tooMany', { count: mostTrendPoints })}</p>}
      </div>
    </Dialog>
  );
}
