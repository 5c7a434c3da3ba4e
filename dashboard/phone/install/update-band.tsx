// Offers the new version of the app; never takes it by itself.
import { type ReactNode, useSyncExternalStore } from 'react';
import { useWords } from '../../language/language.ts';
import { takeUpdate, waitingUpdate } from './app-update.ts';

export function UpdateBand(): ReactNode {
  const { t } = useWords();
  const worker = useSyncExternalStore(waitingUpdate.subscribe, waitingUpdate.get);
  if (worker === null) return null;
  return (
    <div className="phone-band" role="status" data-testid="update">
      <span>{t('phone.band.update')}</span>
      <button type="button" className="phone-button" onClick={() => takeUpdate(worker)}>
        {t('phone.band.updateNow')}
      </button>
    </div>
  );
}
