// Saved views: opened, saved under a name for oneself or for everybody, replaced, deleted.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { TrendView } from '../../domain/api/trends-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { Menu } from '../shell/menu.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { deleteView, fetchViews, postView, putView } from './trend-requests.ts';
import { contentOf, panesOf, searchOf, type TrendsSearch } from './trend-search.ts';

export function ViewsMenu({
  search,
  onOpen,
}: {
  readonly search: TrendsSearch;
  readonly onOpen: (search: TrendsSearch) => void;
}): ReactNode {
  const { t } = useWords();
  const queryClient = useQueryClient();
  const { data: views = [] } = useQuery({ queryKey: ['trendViews'], queryFn: ({ signal }) => fetchViews(signal) });
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isEmpty = panesOf(search).length === 0;
  async function remove(view: TrendView): Promise<void> {
    const answer = await deleteView(view.id, view.version);
    setProblem(answer.kind === 'ok' ? null : reasonOf(answer));
    await queryClient.invalidateQueries({ queryKey: ['trendViews'] });
  }
  return (
    <>
      <Menu label={t('trends.viewsOpen')} button={<>{t('trends.views')} ▾</>} className="trends-menu" testId="views">
        {(close) => (
          <div className="trend-menu-list">
            {views.length === 0 && <p className="muted no-margin">{t('trends.viewsNone')}</p>}
            {views.map((view) => (
              <div key={view.id} className="trend-view-row">
                <button
                  type="button"
                  onClick={() => {
                    close();
                    onOpen(searchOf(view.content));
                  }}
                  data-testid="open-view"
                >
                  {view.name}{' '}
                  <span className="muted small">
                    {view.isMine
                      ? t(view.isShared ? 'trends.viewShared' : 'trends.viewMine')
                      : t('trends.viewBy', { name: view.owner.displayName })}
                  </span>
                </button>
                {view.isMine && (
                  <button
                    type="button"
                    aria-label={t('trends.viewDelete', { name: view.name })}
                    title={t('trends.viewDelete', { name: view.name })}
                    onClick={() => void remove(view)}
                    data-testid="delete-view"
                  >
                    ×
                  </button>
                )}
              </div>
            ))}
            <button
              type="button"
              disabled={isEmpty}
              onClick={() => {
                close();
                setIsSaving(true);
              }}
              data-testid="save-view"
            >
              {t('trends.viewSave')}
            </button>
            {problem !== null && (
              <p role="alert" className="notice notice-problem no-margin">
                {t('trends.viewFailed', { reason: problem })}
              </p>
            )}
          </div>
        )}
      </Menu>
      {isSaving && <SaveDialog search={search} views={views} onClose={() => setIsSaving(false)} />}
    </>
  );
}

function SaveDialog({
  search,
  views,
  onClose,
}: {
  readonly search: TrendsSearch;
  readonly views: readonly TrendView[];
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const mayShare = usePermission('trends.share');
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [isShared, setIsShared] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const content = contentOf(search);
  const { window } = content;
  const replaced = views.find((view) => view.isMine && view.name === name.trim());
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { name: name.trim(), isShared: isShared && mayShare, content };
    const answer = replaced === undefined ? await postView(body) : await putView(replaced.id, { ...body, version: replaced.version });
    await queryClient.invalidateQueries({ queryKey: ['trendViews'] });
    if (answer.kind === 'ok') onClose();
    else if (answer.kind === 'problem' && answer.status === 409) setProblem(t('trends.viewConflict', { name: body.name }));
    else setProblem(t('trends.viewFailed', { reason: reasonOf(answer) }));
  }
  return (
    <Dialog title={t('trends.viewSave')} onClose={onClose} testId="save-view-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <label className="field">
            <span>{t('trends.viewName')}</span>
            <input
              data-autofocus=""
              required
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.target.value)}
              data-testid="view-name"
            />
          </label>
          {mayShare && (
            <label className="check">
              <input type="checkbox" checked={isShared} onChange={(event) => setIsShared(event.target.checked)} data-testid="view-share" />
              {t('trends.viewShare')}
            </label>
          )}
          <p className="muted no-margin">
            {window.kind === 'live'
              ? t('trends.viewKeepsLive', { duration: durationText(window.minutes * 60_000) })
              : t('trends.viewKeepsPast', { from: formatDateTime(window.fromMs, zone), to: formatDateTime(window.toMs, zone) })}
          </p>
          {problem !== null && (
            <p role="alert" className="notice notice-problem no-margin">
              {problem}
            </p>
          )}
        </div>
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={name.trim() === ''} data-testid="view-submit">
            {replaced === undefined ? t('trends.save') : t('trends.viewReplace', { name: replaced.name })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
