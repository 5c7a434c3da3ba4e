// Two people acted at once: the one who came second is told by whom, when, and what the alarm is now.
import type { ReactNode } from 'react';
import type { VersionConflict } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

export function ConflictNotice({ conflict }: { readonly conflict: VersionConflict }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const state = t(`alarmState.${conflict.current.state}`);
  return (
    <div className="notice" role="alert" data-testid="version-conflict">
      <strong>{t('conflict.title')}</strong>
      <br />
      {conflict.by === null || conflict.atMs === null
        ? t('conflict.unknown', { state })
        : t('conflict.by', { who: conflict.by, time: formatRecent(conflict.atMs, serverNowMs(), zone), state })}
    </div>
  );
}
