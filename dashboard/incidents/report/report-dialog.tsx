// Writes the accident report: six fields, filled from the journal the first time, later from the newest version. Saving makes a new version.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type ReportFields, reportFieldNames } from '../../../domain/incidents/incident.ts';
import { type Language, languages } from '../../../domain/text/localized-text.ts';
import { useWords } from '../../language/language.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { DialogFoot } from '../../shell/dialog-foot.tsx';
import { ActionNoticeLine } from '../action-notice.tsx';
import { fetchReportDraft } from '../incident-requests.ts';
import type { IncidentDialogProps } from '../step-dialog.tsx';

const languageNames: Readonly<Record<Language, string>> = { zh: '中文', en: 'English' };

export function ReportDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t, language: pageLanguage } = useWords();
  // What is edited stays what it was based on: a version saved meanwhile by somebody else is told at saving, not mixed in.
  const [base] = useState(incident.report);
  const [language, setLanguage] = useState<Language>(base?.language ?? pageLanguage);
  const [edited, setEdited] = useState<ReportFields | null>(base?.fields ?? null);
  const draft = useQuery({
    queryKey: ['incidents', incident.id, 'draft', language],
    queryFn: ({ signal }) => fetchReportDraft(incident.id, language, signal),
    staleTime: 0,
  });
  const fields = edited ?? draft.data ?? null;
  const isReady = fields !== null && !acting.isSending;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (fields === null || !isReady) return;
    if (await acting.send({ kind: 'saveReport', language, basedOn: base?.version ?? null, fields })) onClose();
  }
  return (
    <Dialog title={t('incidents.report.title')} onClose={onClose} className="report-dialog" testId="report-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <div className="report-tools">
            <span className="muted">{t('incidents.report.hint')}</span>
            <fieldset className="choices" aria-label={t('incidents.report.language')}>
              {languages.map((name) => (
                <button key={name} type="button" aria-pressed={language === name} onClick={() => setLanguage(name)}>
                  {languageNames[name]}
                </button>
              ))}
            </fieldset>
            <button
              type="button"
              className="button"
              disabled={draft.data === undefined}
              onClick={() => setEdited(draft.data ?? null)}
              data-testid="refill"
            >
              {t('incidents.report.refill')}
            </button>
          </div>
          {fields === null ? (
            <p className="empty">{draft.isError ? t('common.failed', { reason: draft.error.message }) : t('common.loading')}</p>
          ) : (
            reportFieldNames.map((name) => (
              <label key={name} className="field">
                <span>{t(`incidents.report.field.${name}`)}</span>
                <textarea
                  rows={name === 'course' || name === 'measures' ? 8 : 3}
                  value={fields[name]}
                  maxLength={name === 'course' || name === 'measures' ? 8_000 : 4_000}
                  onChange={(event) => setEdited({ ...fields, [name]: event.target.value })}
                  data-testid={`report-field-${name}`}
                />
              </label>
            ))
          )}
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={isReady}
          submit={acting.isSending ? t('incidents.action.sending') : t('incidents.report.save', { version: (base?.version ?? 0) + 1 })}
          testId="report-submit"
        />
      </form>
    </Dialog>
  );
}
