// Sheets out and in: two links that download, a file that becomes a draft or a list of what is wrong with it.
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ChangeEvent, type ReactNode, useRef, useState } from 'react';
import { fieldWords } from '../../domain/alarm-settings/setting-words.ts';
import type { ImportAnswer } from '../../domain/api/alarm-settings-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { exportPath, importSheet, type SheetProblems, sheetProblemsSchema } from './alarm-settings-api.ts';
import { useSettingText } from './setting-text.tsx';

type Outcome =
  | { readonly kind: 'taken'; readonly answer: ImportAnswer }
  | { readonly kind: 'problems'; readonly problems: SheetProblems }
  | { readonly kind: 'refused'; readonly reason: string };

const refusals = ['unknownFormat', 'unreadable', 'tooLarge', 'tooManyRows'] as const;

export function SheetButtons(): ReactNode {
  const { t, language } = useWords();
  const mayPropose = usePermission('alarmSettings.propose');
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [isReading, setIsReading] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function take(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    setIsReading(true);
    setOutcome(await send(file));
    setIsReading(false);
    await queries.invalidateQueries({ queryKey: ['alarmSettings', 'drafts'] });
  }

  async function send(file: File): Promise<Outcome> {
    const answer = await importSheet(file);
    if (answer.kind === 'ok') return { kind: 'taken', answer: answer.value };
    if (answer.kind !== 'problem') return { kind: 'refused', reason: t('action.unreachable') };
    const problems = sheetProblemsSchema.safeParse(answer.body);
    if (problems.success) return { kind: 'problems', problems: problems.data.problems };
    const { reason } = (answer.body ?? {}) as { reason?: unknown };
    const known = refusals.find((name) => name === reason) ?? (answer.status === 413 ? 'tooLarge' : null);
    return {
      kind: 'refused',
      reason: known === null ? reasonOf(answer) : t(`alarmSettings.imported.refused.${known}`),
    };
  }

  return (
    <div className="sheet-buttons">
      <span className="muted small">{t('alarmSettings.export')}</span>
      <a className="button button-quiet button-small" href={exportPath('xlsx', language)} download data-testid="export-xlsx">
        {t('alarmSettings.exportExcel')}
      </a>
      <a className="button button-quiet button-small" href={exportPath('csv', language)} download data-testid="export-csv">
        {t('alarmSettings.exportCsv')}
      </a>
      {mayPropose && (
        <>
          <button
            type="button"
            className="button button-small"
            disabled={isReading}
            onClick={() => picker.current?.click()}
            data-testid="import"
          >
            {t(isReading ? 'alarmSettings.importing' : 'alarmSettings.import')}
          </button>
          <input ref={picker} type="file" accept=".xlsx,.csv" hidden onChange={(event) => void take(event)} data-testid="import-file" />
        </>
      )}
      {outcome !== null && <OutcomeDialog outcome={outcome} onClose={() => setOutcome(null)} />}
    </div>
  );
}

function OutcomeDialog({ outcome, onClose }: { readonly outcome: Outcome; readonly onClose: () => void }): ReactNode {
  const { t, text } = useWords();
  const navigate = useNavigate();
  const settingText = useSettingText();
  const answer = outcome.kind === 'taken' ? outcome.answer : null;
  const draft = answer?.draft ?? null;
  return (
    <Dialog title={t('alarmSettings.imported.title')} onClose={onClose} className="dialog-wide" testId="import-outcome">
      <div className="dialog-body">
        {outcome.kind === 'refused' && <ProblemNotice text={outcome.reason} />}
        {outcome.kind === 'problems' && (
          <>
            <ProblemNotice text={t('alarmSettings.imported.problems', { count: outcome.problems.length })} />
            <table className="table" data-testid="import-problems">
              <thead>
                <tr>
                  <th scope="col">{t('alarmSettings.imported.place')}</th>
                  <th scope="col">{t('alarmSettings.imported.what')}</th>
                </tr>
              </thead>
              <tbody>
                {outcome.problems.map(({ row, column, message }) => (
                  <tr key={`${row} ${column} ${message.en}`}>
                    <td className="number">{column === null ? t('alarmSettings.imported.row', { row }) : `${column}${row}`}</td>
                    <td>{text(message)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
        {answer !== null && (
          <p className="no-margin" data-testid="import-result">
            {draft === null
              ? answer.conflicts.length === 0 && t('alarmSettings.imported.nothing')
              : t('alarmSettings.imported.made', { alarms: draft.alarmCount, differences: draft.differenceCount })}
          </p>
        )}
        {answer !== null && answer.conflicts.length > 0 && (
          <>
            <p className="notice">{t('alarmSettings.imported.conflicts', { count: answer.conflicts.length })}</p>
            <table className="table" data-testid="import-conflicts">
              <thead>
                <tr>
                  <th scope="col">{t('alarmSettings.imported.place')}</th>
                  <th scope="col">{t('alarmSettings.column.alarm')}</th>
                  <th scope="col">{t('alarmSettings.imported.before')}</th>
                  <th scope="col">{t('alarmSettings.imported.current')}</th>
                  <th scope="col">{t('alarmSettings.imported.wanted')}</th>
                </tr>
              </thead>
              <tbody>
                {answer.conflicts.map((conflict) => (
                  <tr key={`${conflict.row} ${conflict.column}`}>
                    <td className="number">{`${conflict.column ?? ''}${conflict.row}`}</td>
                    <td>
                      {conflict.alarmId} · {text(fieldWords[conflict.field])}
                    </td>
                    <td className="number">{settingText(conflict.field, conflict.before)}</td>
                    <td className="number">{settingText(conflict.field, conflict.current)}</td>
                    <td className="number">{settingText(conflict.field, conflict.wanted)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </div>
      {draft !== null && (
        <div className="dialog-foot">
          <button
            type="button"
            className="button button-primary"
            data-testid="open-imported"
            onClick={() => void navigate({ to: '/alarm-settings', search: { tab: 'drafts', draft: draft.id } })}
          >
            {t('alarmSettings.imported.open')}
          </button>
        </div>
      )}
    </Dialog>
  );
}
