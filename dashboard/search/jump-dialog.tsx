// `/`: to any station, or to the faceplate of any point.
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { SearchBox } from './search-box.tsx';
import { useSearchIndex } from './search-index.ts';

export function JumpDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const navigate = useNavigate();
  const index = useSearchIndex();
  return (
    <Dialog title={t('jump.title')} onClose={onClose} testId="jump-dialog">
      <div className="dialog-body">
        <SearchBox
          index={index}
          label={t('jump.placeholder')}
          onPick={(entry) => {
            onClose();
            if (entry.kind === 'station') void navigate({ to: '/stations/$stationId', params: { stationId: entry.id } });
            else void navigate({ to: '/stations/$stationId', params: { stationId: entry.point.stationId }, search: { point: entry.id } });
          }}
        />
        <p className="muted small no-margin">{t('jump.hint')}</p>
      </div>
    </Dialog>
  );
}
