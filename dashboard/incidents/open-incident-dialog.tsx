// Opens an incident or starts a drill by hand: station, kind, what happened, who is hurt. From an alarm, the alarm is its first cause.
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { OpenIncident } from '../../domain/api/incident-api.ts';
import { type IncidentKind, incidentKinds, noCasualties } from '../../domain/incidents/incident.ts';
import { incidentKindWords } from '../../domain/incidents/incident-words.ts';
import { AlarmLine } from '../alarms/alarm-line.tsx';
import { useWords } from '../language/language.ts';
import { useIncidents } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { parseDateTime } from '../time/plant-time.ts';
import { CasualtyFields } from './casualty-fields.tsx';
import { DrillBand } from './incident-facts.tsx';
import { postIncident } from './incident-requests.ts';
import { useRefusalText } from './use-incident-action.ts';
import './incidents.css';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { StationOptions } from '../station/station-options.tsx';

/** What an alarm most likely means; the person chooses. */
function kindOf(alarm: AlarmView | undefined): IncidentKind {
  if (alarm === undefined) return 'leak';
  if (alarm.kind === 'rateOfChange') return 'lineBreak';
  if (alarm.class === 'security') return 'intrusion';
  if (alarm.class === 'safety') return 'leak';
  return alarm.kind === 'low' || alarm.kind === 'lowLow' ? 'supplyInterruption' : 'other';
}

export function OpenIncidentDialog({
  isDrill = false,
  alarm,
  onClose,
}: {
  readonly isDrill?: boolean;
  readonly alarm?: AlarmView;
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const zone = useZone();
  const navigate = useNavigate();
  const refusalText = useRefusalText();
  const [actionId] = useState(() => crypto.randomUUID());
  const [stationId, setStationId] = useState(alarm?.stationId ?? stations[0]?.id ?? '');
  const [incidentKind, setIncidentKind] = useState<IncidentKind>(kindOf(alarm));
  const [words, setWords] = useState('');
  const [detected, setDetected] = useState('');
  const [casualties, setCasualties] = useState(noCasualties);
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const open = useIncidents().filter((incident) => incident.isDrill === isDrill && incident.stationIds.includes(stationId));
  const detectedAtMs = detected.trim() === '' ? null : parseDateTime(detected, zone);
  const isTimeBad = detected.trim() !== '' && detectedAtMs === null;
  const isReady = stationId !== '' && !isTimeBad && !isSending && (!isDrill || words.trim() !== '');

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    setIsSending(true);
    setProblem(null);
    const said = words.trim();
    const body: OpenIncident = {
      actionId,
      stationId,
      incidentKind,
      isDrill,
      casualties,
      ...(said === '' ? {} : isDrill ? { scenario: said } : { description: said }),
      ...(detectedAtMs === null ? {} : { detectedAtMs }),
      ...(alarm === undefined ? {} : { alarmId: alarm.id }),
    };
    const answer = await postIncident(body);
    setIsSending(false);
    if (answer.kind !== 'ok') {
      setProblem(refusalText(answer));
      return;
    }
    onClose();
    void navigate({ to: '/incidents/$incidentId', params: { incidentId: answer.value.incident.id } });
  }

  return (
    <Dialog
      title={t(isDrill ? 'incidents.openDialog.drillTitle' : 'incidents.openDialog.title')}
      onClose={onClose}
      testId="open-incident-dialog"
    >
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {isDrill && <DrillBand />}
          <ProblemNotice text={problem} />
          {open.map((incident) => (
            <p key={incident.id} className="notice">
              {t('incidents.openDialog.already', { number: incident.number })} {text(incidentKindWords[incident.kind])}{' '}
              <Link to="/incidents/$incidentId" params={{ incidentId: incident.id }} onClick={onClose}>
                {t('incidents.openDialog.openExisting')}
              </Link>
            </p>
          ))}
          {alarm !== undefined && (
            <div className="field">
              <span>{t('incidents.openDialog.alarm')}</span>
              <AlarmLine alarm={alarm} />
            </div>
          )}
          <div className="field-pair">
            <label className="field">
              <span>{t('incidents.openDialog.station')}</span>
              <select
                value={stationId}
                disabled={alarm !== undefined}
                onChange={(event) => setStationId(event.target.value)}
                data-testid="incident-station"
              >
                <StationOptions stations={stations} />
              </select>
            </label>
            <label className="field">
              <span>{t('incidents.openDialog.kind')}</span>
              <select
                value={incidentKind}
                onChange={(event) => setIncidentKind(incidentKinds.find((kind) => kind === event.target.value) ?? 'other')}
                data-testid="incident-kind"
              >
                {incidentKinds.map((kind) => (
                  <option key={kind} value={kind}>
                    {text(incidentKindWords[kind])}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <label className="field">
            <span>{t(isDrill ? 'incidents.openDialog.scenario' : 'incidents.openDialog.description')}</span>
            <textarea
              data-autofocus=""
              value={words}
              maxLength={2_000}
              required={isDrill}
              onChange={(event) => setWords(event.target.value)}
              data-testid="incident-words"
            />
          </label>
          <label className="field">
            <span>{t('incidents.openDialog.detected', { zone })}</span>
            <input
              value={detected}
              placeholder="2026-07-03 08:05"
              inputMode="numeric"
              aria-invalid={isTimeBad}
              onChange={(event) => setDetected(event.target.value)}
            />
            {isTimeBad && <span role="alert">{t('incidents.openDialog.badTime')}</span>}
          </label>
          {!isDrill && <CasualtyFields casualties={casualties} onChange={setCasualties} />}
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={isReady}
          submit={
            isSending ? t('incidents.action.sending') : t(isDrill ? 'incidents.openDialog.submitDrill' : 'incidents.openDialog.submit')
          }
          testId="incident-submit"
        />
      </form>
    </Dialog>
  );
}
