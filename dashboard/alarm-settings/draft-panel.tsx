// One draft: every difference old → new, what it would bring and settle, what collides; and what may be done with it.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { fieldWords, kindWords } from '../../domain/alarm-settings/setting-words.ts';
import { type DraftView, draftViewSchema } from '../../domain/api/alarm-settings-api.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { actOnDraft, type DraftActionName, type DraftEdit, editDraft } from './alarm-settings-api.ts';
import { type Decision, DecisionDialog } from './decision-dialog.tsx';
import { FindingList } from './finding-list.tsx';
import { type ManagementView, useSettingText } from './setting-text.tsx';

const shownRows = 300;

export function DraftPanel({ draft, management }: { readonly draft: DraftView; readonly management: ManagementView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { session } = usePlant();
  const mayPropose = usePermission('alarmSettings.propose');
  const mayApprove = usePermission('alarmSettings.approve');
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const [deciding, setDeciding] = useState<Decision | null>(null);
  const [reason, setReason] = useState(draft.reason);
  const isMine = mayPropose && draft.proposedBy.username === session.username;
  const isOpen = draft.state === 'open';
  const isSubmitted = draft.state === 'submitted';
  const errors = draft.introduced.filter(({ severity }) => severity === 'error');

  async function settle(work: Promise<Answer<DraftView>>): Promise<boolean> {
    setIsWorking(true);
    setProblem(null);
    const answer = await work;
    setIsWorking(false);
    if (answer.kind === 'ok') queries.setQueryData(['alarmSettings', 'draft', draft.id], answer.value);
    else setProblem(refusalOf(answer));
    await queries.invalidateQueries({ queryKey: ['alarmSettings'] });
    return answer.kind === 'ok';
  }
  function refusalOf(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string {
    if (answer.kind !== 'problem') return t('action.unreachable');
    const { reason: closed, current } = (answer.body ?? {}) as { reason?: unknown; current?: unknown };
    if (answer.status === 409 && draftViewSchema.safeParse(current).success) return t('alarmSettings.draft.moved');
    if (answer.status === 403) return t('alarmSettings.draft.approvalRefused');
    const known = refusals.find((name) => name === closed);
    return known === undefined ? reasonOf(answer) : t(`alarmSettings.draft.refusal.${known}`);
  }
  const act = (action: DraftActionName, body: Readonly<Record<string, unknown>> = {}) => settle(actOnDraft(draft, action, body));
  const edit = (change: DraftEdit) => settle(editDraft(draft, change));

  async function submit(): Promise<void> {
    if (reason.trim() === draft.reason) {
      await act('submit');
      return;
    }
    const answer = await editDraft(draft, { reason: reason.trim() });
    await settle(answer.kind === 'ok' ? actOnDraft(answer.value, 'submit') : Promise.resolve(answer));
  }

  return (
    <section className="panel draft-panel" aria-label={t('alarmSettings.draft.mine')} data-testid="draft-panel" data-state={draft.state}>
      <div className="panel-head">
        <span className="tag">{t(`alarmSettings.draft.state.${draft.state}`)}</span>
        <h2>{t('alarmSettings.draft.changes', { alarms: draft.alarmCount, differences: draft.differenceCount })}</h2>
        <span className="muted small">
          {draft.proposedBy.displayName} ·{' '}
          {draft.source === 'import'
            ? t('alarmSettings.draft.sourceImport', { file: draft.fileName ?? '' })
            : t('alarmSettings.draft.sourceEdit')}{' '}
          · <span className="number">{formatDateTime(draft.createdAtMs, zone).slice(0, 16)}</span>
        </span>
      </div>
      <div className="draft-body">
        {draft.decidedBy !== null && draft.decidedAtMs !== null && (
          <p className="no-margin">
            {t(`alarmSettings.draft.state.${draft.state}`)}：
            {t('alarmSettings.draft.decided', {
              who: draft.decidedBy.displayName,
              time: formatDateTime(draft.decidedAtMs, zone).slice(0, 16),
            })}
            {draft.decisionComment !== null && ` · ${draft.decisionComment}`}
            {draft.appliedVersion !== null && ` · ${t('alarmSettings.draft.appliedAs', { number: draft.appliedVersion })}`}
          </p>
        )}
        {problem !== null && <ProblemNotice text={t('alarmSettings.draft.refused', { reason: problem })} testId="draft-problem" />}
        {draft.conflicts.length > 0 && (
          <p className="notice notice-problem" data-testid="draft-conflicts">
            {t('alarmSettings.draft.conflicts', { count: draft.conflicts.length })}
          </p>
        )}
        {errors.length > 0 && <FindingList findings={errors} withAlarm />}
        {isOpen && isMine ? (
          <label className="field">
            <span>{t('alarmSettings.draft.reason')}</span>
            <textarea
              className="input"
              rows={2}
              placeholder={t('alarmSettings.draft.reasonHint')}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              data-testid="draft-reason"
            />
          </label>
        ) : (
          <p className="no-margin">
            <span className="muted">{t('alarmSettings.draft.reason')}：</span>
            {draft.reason === '' ? t('alarmSettings.notGiven') : draft.reason}
          </p>
        )}
        <Differences draft={draft} management={management} isEditable={isOpen && isMine} onEdit={(change) => void edit(change)} />
        {(isOpen || isSubmitted) && <Consequences draft={draft} />}
      </div>
      {(isOpen || isSubmitted) && (
        <div className="dialog-foot draft-actions">
          {isMine && (
            <button type="button" className="button" disabled={isWorking} onClick={() => void act('withdraw')} data-testid="draft-withdraw">
              {t('alarmSettings.draft.withdraw')}
            </button>
          )}
          {isMine && isSubmitted && (
            <button type="button" className="button" disabled={isWorking} onClick={() => void act('recall')} data-testid="draft-recall">
              {t('alarmSettings.draft.recall')}
            </button>
          )}
          {isMine && isOpen && (
            <button
              type="button"
              className="button button-primary"
              disabled={isWorking || errors.length > 0 || draft.conflicts.length > 0 || draft.rows.length === 0 || reason.trim() === ''}
              onClick={() => void submit()}
              data-testid="draft-submit"
            >
              {t('alarmSettings.draft.submit')}
            </button>
          )}
          {isSubmitted && mayApprove && !isMine && (
            <button type="button" className="button" disabled={isWorking} onClick={() => setDeciding('reject')} data-testid="draft-reject">
              {t('alarmSettings.draft.reject')}
            </button>
          )}
          {isSubmitted && (mayApprove || isMine) && (
            <button
              type="button"
              className="button button-primary"
              disabled={isWorking || draft.conflicts.length > 0 || errors.length > 0}
              onClick={() => setDeciding('approve')}
              data-testid="draft-approve"
            >
              {t('alarmSettings.draft.approve')}
            </button>
          )}
        </div>
      )}
      {deciding !== null && isSubmitted && (
        <DecisionDialog
          decision={deciding}
          draft={draft}
          ownName={mayApprove && !isMine ? session.username : ''}
          problem={problem}
          isWorking={isWorking}
          onClose={() => setDeciding(null)}
          onDecide={async (body) => {
            if (await act(deciding, body)) setDeciding(null);
          }}
        />
      )}
    </section>
  );
}

const refusals = [
  'notTheProposer',
  'notOpen',
  'notSubmitted',
  'alreadyDecided',
  'noChanges',
  'reasonRequired',
  'hasErrors',
  'hasConflicts',
  'approverMustBeAnother',
  'commentRequired',
] as const;

interface DifferencesProps {
  readonly draft: DraftView;
  readonly management: ManagementView;
  readonly isEditable: boolean;
  readonly onEdit: (edit: DraftEdit) => void;
}

function Differences({ draft, management, isEditable, onEdit }: DifferencesProps): ReactNode {
  const { t, text } = useWords();
  const settingText = useSettingText();
  const conflicts = useMemo(() => Map.groupBy(draft.conflicts, ({ alarmId }) => alarmId), [draft.conflicts]);
  return (
    <table className="table difference-table" data-testid="differences">
      <thead>
        <tr>
          <th scope="col">{t('alarmSettings.column.alarm')}</th>
          <th scope="col">{t('alarmSettings.draft.setting')}</th>
          <th scope="col">{t('alarmSettings.draft.before')}</th>
          <th scope="col">{t('alarmSettings.draft.after')}</th>
          {isEditable && <th scope="col" aria-label={t('alarm.actions')} />}
        </tr>
      </thead>
      <tbody>
        {draft.rows.slice(0, shownRows).flatMap((row) => {
          const collide = conflicts.get(row.alarmId) ?? [];
          const isGone = collide.some(({ field }) => field === null);
          return row.differences.map(({ field, from, to }, index) => {
            const conflict = collide.find((each) => each.field === field);
            const show = (value: typeof from): string => settingText(field, value, { unit: row.unit, management });
            return (
              <tr key={`${row.alarmId} ${field}`} data-first={index === 0 || undefined} data-testid={`difference-${row.alarmId}-${field}`}>
                <td>
                  {index === 0 && (
                    <>
                      <b className="number">{row.alarmId}</b>{' '}
                      <span className="muted">
                        {row.name !== null && text(row.name)} {row.kind !== null && text(kindWords[row.kind])}
                      </span>
                    </>
                  )}
                </td>
                <td>{text(fieldWords[field])}</td>
                <td className="number">
                  <del>{show(from)}</del>
                </td>
                <td className="number">
                  <ins>{show(to)}</ins>
                  {conflict !== undefined && (
                    <div className="setting-problem small">{t('alarmSettings.draft.conflict', { value: show(conflict.current) })}</div>
                  )}
                  {isGone && index === 0 && <div className="setting-problem small">{t('alarmSettings.draft.conflictGone')}</div>}
                </td>
                {isEditable && (
                  <td className="cell-right">
                    {index === 0 && (
                      <>
                        {collide.length > 0 && !isGone && (
                          <button
                            type="button"
                            className="button button-small"
                            onClick={() => onEdit({ changes: [{ alarmId: row.alarmId, settings: patchOf(row.differences) }] })}
                          >
                            {t('alarmSettings.draft.takeAnew')}
                          </button>
                        )}{' '}
                        <button
                          type="button"
                          className="button button-quiet button-small"
                          onClick={() => onEdit({ changes: [{ alarmId: row.alarmId, settings: null }] })}
                        >
                          {t('alarmSettings.draft.remove')}
                        </button>
                      </>
                    )}
                  </td>
                )}
              </tr>
            );
          });
        })}
        {draft.rows.length > shownRows && (
          <tr>
            <td colSpan={5} className="muted">
              {t('alarmSettings.versions.more', { count: draft.rows.length - shownRows })}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function patchOf(differences: DraftView['rows'][number]['differences']): AlarmSettingsPatch {
  return Object.fromEntries(differences.map(({ field, to }) => [field, to])) as AlarmSettingsPatch;
}

function Consequences({ draft }: { readonly draft: DraftView }): ReactNode {
  const { t } = useWords();
  const warnings = draft.introduced.filter(({ severity }) => severity === 'warning');
  // With errors among them there is more to say than that nothing comes of it.
  if (warnings.length === 0 && draft.introduced.length > 0) return null;
  return (
    <div className="draft-consequences">
      <section aria-label={t('alarmSettings.draft.introduced')}>
        <h3>{t('alarmSettings.draft.introduced')}</h3>
        {warnings.length === 0 ? (
          <p className="muted no-margin">{t('alarmSettings.draft.noFindings')}</p>
        ) : (
          <FindingList findings={warnings} withAlarm />
        )}
      </section>
      {draft.settled.length > 0 && (
        <section aria-label={t('alarmSettings.draft.settled')}>
          <h3>{t('alarmSettings.draft.settled')}</h3>
          <FindingList findings={draft.settled} withAlarm />
        </section>
      )}
    </div>
  );
}
