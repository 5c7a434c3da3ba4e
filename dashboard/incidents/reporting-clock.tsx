// The reporting clock: each report that is owed, how long is left, to whom it was made; red when its time is over. And the written report.
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { IncidentView, ReportDutyView } from '../../domain/api/incident-api.ts';
import { reportDutyWords } from '../../domain/incidents/incident-words.ts';
import { reportState } from '../../domain/incidents/reporting-clock.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { ActionNoticeLine } from './action-notice.tsx';
import { ReportDialog } from './report/report-dialog.tsx';
import type { IncidentDialogProps } from './step-dialog.tsx';
import type { IncidentActing } from './use-incident-action.ts';

type Asking = { readonly kind: 'reported' | 'waive'; readonly duty: ReportDutyView } | { readonly kind: 'write' };

export function ReportingClock({ incident, acting }: { readonly incident: IncidentView; readonly acting: IncidentActing }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  const mayAct = usePermission('incidents.act');
  const mayClose = usePermission('incidents.close');
  const [asking, setAsking] = useState<Asking | null>(null);
  const { report } = incident;
  return (
    <section className="panel" aria-label={t('incidents.reporting.title')} data-testid="reporting-clock">
      <div className="panel-head">
        <h2>{t('incidents.reporting.title')}</h2>
        <span className="muted small number panel-link">
          {t('incidents.reporting.window', { time: formatDateTime(incident.windowEndsMs, zone) })}
        </span>
      </div>
      <ul className="duties">
        {incident.duties.map((duty) => (
          <Duty
            key={duty.id}
            duty={duty}
            nowMs={nowMs}
            onReport={mayAct ? () => setAsking({ kind: 'reported', duty }) : null}
            onWaive={mayClose ? () => setAsking({ kind: 'waive', duty }) : null}
          />
        ))}
      </ul>
      <div className="report-line">
        <span className="muted small number">
          {report === null
            ? t('incidents.reporting.noReport')
            : t('incidents.reporting.newest', {
                version: report.version,
                name: report.by.displayName,
                time: formatRecent(report.atMs, nowMs, zone),
              })}
        </span>
        {mayAct && (
          <button type="button" className="button button-small" onClick={() => setAsking({ kind: 'write' })} data-testid="write-report">
            {t('incidents.reporting.write')}
          </button>
        )}
        <Link
          to="/incidents/$incidentId/report"
          params={{ incidentId: incident.id }}
          className="button button-small"
          data-testid="print-report"
        >
          {t('incidents.reporting.print')}
        </Link>
      </div>
      {asking?.kind === 'reported' && (
        <ReportedDialog incident={incident} duty={asking.duty} acting={acting} onClose={() => setAsking(null)} />
      )}
      {asking?.kind === 'waive' && <WaiveDialog incident={incident} duty={asking.duty} acting={acting} onClose={() => setAsking(null)} />}
      {asking?.kind === 'write' && <ReportDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
    </section>
  );
}

function Duty({
  duty,
  nowMs,
  onReport,
  onWaive,
}: {
  readonly duty: ReportDutyView;
  readonly nowMs: number;
  readonly onReport: (() => void) | null;
  readonly onWaive: (() => void) | null;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  // The page counts on by itself between two answers of the server.
  const state = reportState(duty, nowMs);
  const isOpen = state === 'due' || state === 'overdue';
  return (
    <li data-state={state} data-hue={state === 'overdue' ? 'critical' : undefined} data-testid={`duty-${duty.id}`}>
      <span className="duty-name">
        <b>{text(reportDutyWords[duty.kind])}</b> <span className="tag">{t(`incidents.reporting.state.${state}`)}</span>
      </span>
      {isOpen && (
        <b className="duty-left number">
          {state === 'due'
            ? t('incidents.reporting.left', { duration: durationText(duty.dueAtMs - nowMs) })
            : t('incidents.reporting.over', { duration: durationText(nowMs - duty.dueAtMs) })}
        </b>
      )}
      <span className="muted small number duty-facts">
        {t('incidents.reporting.dueAt', { time: formatRecent(duty.dueAtMs, nowMs, zone) })}
        {duty.reported !== null &&
          ` · ${formatRecent(duty.reported.atMs, nowMs, zone)} ${duty.reported.by.displayName} → ${duty.reported.toWhom}${
            duty.reported.channel === '' ? '' : ` (${duty.reported.channel})`
          }`}
        {duty.reported?.reportVersion != null && ` · ${t('incidents.reporting.versionNumber', { version: duty.reported.reportVersion })}`}
        {duty.waived !== null && ` · ${duty.waived.by.displayName}: ${duty.waived.reason}`}
      </span>
      {isOpen && (onReport !== null || onWaive !== null) && (
        <span className="duty-actions">
          {onReport !== null && (
            <button type="button" className="button button-small" onClick={onReport} data-testid={`report-${duty.id}`}>
              {t('incidents.reporting.report')}
            </button>
          )}
          {onWaive !== null && (
            <button type="button" className="button button-small button-quiet" onClick={onWaive} data-testid={`waive-${duty.id}`}>
              {t('incidents.reporting.waive')}
            </button>
          )}
        </span>
      )}
    </li>
  );
}

function ReportedDialog({ incident, duty, acting, onClose }: IncidentDialogProps & { readonly duty: ReportDutyView }): ReactNode {
  const { t, text } = useWords();
  const [toWhom, setToWhom] = useState('');
  const [channel, setChannel] = useState('');
  const [version, setVersion] = useState(incident.report === null ? '' : String(incident.report.version));
  const isReady = toWhom.trim() !== '' && !acting.isSending;
  const versions = incident.report === null ? [] : Array.from({ length: incident.report.version }, (_, index) => index + 1).toReversed();
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    const isTaken = await acting.send({
      kind: 'reported',
      dutyId: duty.id,
      toWhom: toWhom.trim(),
      channel: channel.trim(),
      reportVersion: version === '' ? null : Number(version),
    });
    if (isTaken) onClose();
  }
  return (
    <Dialog title={text(reportDutyWords[duty.kind])} onClose={onClose} testId="reported-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <label className="field">
            <span>{t('incidents.reporting.toWhom')}</span>
            <input
              data-autofocus=""
              list="report-recipients"
              value={toWhom}
              maxLength={2_000}
              required
              onChange={(event) => setToWhom(event.target.value)}
              data-testid="reported-to"
            />
            <datalist id="report-recipients">
              {incident.plan.contacts.map((contact) => (
                <option key={`${contact.phone}${contact.name.zh}`} value={text(contact.name)} />
              ))}
            </datalist>
          </label>
          <div className="field-pair">
            <label className="field">
              <span>{t('incidents.reporting.channel')}</span>
              <input
                value={channel}
                maxLength={200}
                placeholder={t('incidents.reporting.channelHint')}
                onChange={(event) => setChannel(event.target.value)}
              />
            </label>
            <label className="field">
              <span>{t('incidents.reporting.version')}</span>
              <select value={version} onChange={(event) => setVersion(event.target.value)}>
                <option value="">{t('incidents.reporting.noVersion')}</option>
                {versions.map((number) => (
                  <option key={number} value={number}>
                    {t('incidents.reporting.versionNumber', { version: number })}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('incidents.action.send')} testId="reported-submit" />
      </form>
    </Dialog>
  );
}

function WaiveDialog({ incident, duty, acting, onClose }: IncidentDialogProps & { readonly duty: ReportDutyView }): ReactNode {
  const { t, text } = useWords();
  const [reason, setReason] = useState('');
  const isReady = reason.trim() !== '' && !acting.isSending;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isReady && (await acting.send({ kind: 'waive', version: incident.version, dutyId: duty.id, reason: reason.trim() }))) onClose();
  }
  return (
    <Dialog
      title={`${t('incidents.reporting.waive').replace('…', '')} · ${text(reportDutyWords[duty.kind])}`}
      onClose={onClose}
      testId="waive-dialog"
    >
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <label className="field">
            <span>{t('incidents.action.reason')}</span>
            <textarea data-autofocus="" value={reason} maxLength={2_000} required onChange={(event) => setReason(event.target.value)} />
          </label>
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('incidents.action.send')} testId="waive-submit" />
      </form>
    </Dialog>
  );
}
