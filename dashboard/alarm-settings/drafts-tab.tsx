// Drafts: all that the person may see, and the one that is open beside them.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { DraftSummary } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { DraftPanel } from './draft-panel.tsx';
import type { ManagementView } from './setting-text.tsx';
import { useDraft, useDrafts } from './use-draft.ts';

export function DraftsTab({ draftId, management }: { readonly draftId: string | null; readonly management: ManagementView }): ReactNode {
  const { t } = useWords();
  const { data: drafts, error } = useDrafts();
  // What waits is opened by itself, and stays open after it is decided: who approved sees that it took effect.
  const [opened, setOpened] = useState<string | null>(null);
  const waiting = drafts?.find(({ state }) => state === 'submitted' || state === 'open')?.id ?? null;
  if (opened === null && waiting !== null) setOpened(waiting);
  const chosen = draftId ?? opened;
  const draft = useDraft(chosen);
  if (error !== null) return <FailureNotice error={error} />;
  if (drafts === undefined) return <p className="empty">{t('common.loading')}</p>;
  if (drafts.length === 0)
    return (
      <div className="panel empty">
        <strong>{t('alarmSettings.draft.none')}</strong>
        {t('alarmSettings.draft.noneHint')}
      </div>
    );
  return (
    <div className="drafts">
      <nav className="panel draft-list" aria-label={t('alarmSettings.tab.drafts')}>
        {drafts.map((each) => (
          <DraftLink key={each.id} draft={each} isChosen={each.id === chosen} />
        ))}
      </nav>
      {chosen !== null && draft.data === null && <p className="panel empty">{t('alarmSettings.draft.notFound')}</p>}
      {draft.data !== undefined && draft.data !== null && <DraftPanel key={draft.data.id} draft={draft.data} management={management} />}
    </div>
  );
}

function DraftLink({ draft, isChosen }: { readonly draft: DraftSummary; readonly isChosen: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  return (
    <Link
      to="/alarm-settings"
      search={{ tab: 'drafts', draft: draft.id }}
      className="draft-link"
      aria-current={isChosen ? 'true' : undefined}
      activeProps={{}}
      data-testid={`draft-${draft.state}`}
    >
      <span>
        <span className="tag">{t(`alarmSettings.draft.state.${draft.state}`)}</span> <b>{draft.proposedBy.displayName}</b>
      </span>
      <span className="number">{t('alarmSettings.draft.changes', { alarms: draft.alarmCount, differences: draft.differenceCount })}</span>
      {draft.reason !== '' && <span className="muted">{draft.reason}</span>}
      <span className="muted small number">{formatDateTime(draft.changedAtMs, zone).slice(0, 16)}</span>
    </Link>
  );
}
