// Two people acted at once, or the plant did: the one who came second is told who, what and when, and what the alarm is now.
import type { ReactNode } from 'react';
import type { VersionConflict } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

export type Conflict = Pick<VersionConflict, 'current' | 'by' | 'what' | 'atMs'>;

export function ConflictNotice({ conflict }: { readonly conflict: Conflict }): ReactNode {
  const { t } = useWords();
  const { who, what, time } = useConflictWords()(conflict);
  const state = t(`alarmState.${conflict.current.state}`);
  return (
    <div className="notice" role="alert" data-testid="version-conflict">
      <strong>{who === null ? t('conflict.titleByPlant') : t('conflict.title')}</strong>
      <br />
      {who === null ? t('conflict.unknown', { time, what, state }) : t('conflict.by', { who, time, what, state })}
    </div>
  );
}

/** `who` null: the plant or the server. */
export function useConflictWords(): (conflict: Conflict) => { readonly who: string | null; readonly what: string; readonly time: string } {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const nameOf = usePersonName();
  return ({ by, what, atMs }) => ({
    who: by === null ? null : nameOf(by),
    what: what === null ? '' : t(`journal.kind.alarm.${what}`),
    time: atMs === null ? '' : formatRecent(atMs, serverNowMs(), zone),
  });
}
