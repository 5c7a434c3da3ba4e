// Enters a hazard: where, what, who found it, how. From an alarm, the alarm is its cause and the station is known.
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { z } from 'zod';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { type ReportHazard, reportedSources } from '../../domain/api/hazard-api.ts';
import { type HazardGrade, hazardGrades } from '../../domain/hazards/hazard.ts';
import { hazardGradeWords, hazardSourceWords } from '../../domain/hazards/hazard-words.ts';
import { calendarDateSchema } from '../../domain/time/calendar-date.ts';
import { AlarmLine } from '../alarms/alarm-line.tsx';
import { useWords } from '../language/language.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { useToday } from './hazard-marks.tsx';
import { postHazard } from './hazard-requests.ts';
import { useHazardRefusal } from './use-hazard-action.ts';
import './hazards.css';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { StationOptions } from '../station/station-options.tsx';

const alreadySchema = z.object({ reason: z.literal('openedAlready'), hazardId: z.string(), number: z.string() });
type Already = z.output<typeof alreadySchema>;

export function ReportHazardDialog({
  alarm,
  incident,
  onClose,
}: {
  readonly alarm?: AlarmView;
  /** The review that names it, in its words. */
  readonly incident?: { readonly id: string; readonly stationId: string; readonly words: string };
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const { stations, session } = usePlant();
  const zone = useZone();
  const navigate = useNavigate();
  const refusalText = useHazardRefusal();
  const today = useToday();
  const [stationId, setStationId] = useState(alarm?.stationId ?? incident?.stationId ?? stations[0]?.id ?? '');
  const [place, setPlace] = useState('');
  const [description, setDescription] = useState(incident?.words ?? '');
  const [source, setSource] = useState<(typeof reportedSources)[number]>(
    incident !== undefined ? 'incident' : alarm !== undefined ? 'alarm' : 'inspection',
  );
  const [foundBy, setFoundBy] = useState(session.displayName);
  const [foundOn, setFoundOn] = useState(today);
  const [grade, setGrade] = useState<HazardGrade | null>(null);
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [already, setAlready] = useState<Already | null>(null);
  const isDateGood = calendarDateSchema.safeParse(foundOn.trim()).success;
  const isReady = stationId !== '' && description.trim() !== '' && foundBy.trim() !== '' && isDateGood && !isSending;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    setIsSending(true);
    const body: ReportHazard = {
      stationId,
      pointId: alarm?.pointId ?? null,
      place: place.trim(),
      description: description.trim(),
      source,
      foundBy: foundBy.trim(),
      foundOn: foundOn.trim(),
      proposedGrade: grade,
      ...(alarm === undefined ? {} : { alarmId: alarm.alarmId }),
      ...(incident === undefined ? {} : { incidentId: incident.id }),
    };
    const answer = await postHazard(body);
    setIsSending(false);
    if (answer.kind === 'ok') {
      onClose();
      void navigate({ to: '/hazards/$hazardId', params: { hazardId: answer.value.id } });
      return;
    }
    const known = answer.kind === 'problem' ? alreadySchema.safeParse(answer.body) : null;
    setAlready(known?.success === true ? known.data : null);
    setProblem(refusalText(answer));
  }

  return (
    <Dialog title={t('hazards.report')} onClose={onClose} testId="report-hazard-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {already !== null ? (
            <p className="notice" role="alert">
              {t('hazards.dialog.already', { number: already.number })}{' '}
              <Link to="/hazards/$hazardId" params={{ hazardId: already.hazardId }} onClick={onClose}>
                {t('hazards.dialog.openExisting')}
              </Link>
            </p>
          ) : (
            problem !== null && <ProblemNotice text={problem} />
          )}
          {alarm !== undefined && (
            <div className="field">
              <span>{t('hazards.dialog.alarm')}</span>
              <AlarmLine alarm={alarm} />
            </div>
          )}
          <div className="field-pair">
            <label className="field">
              <span>{t('hazards.dialog.station')}</span>
              <select
                value={stationId}
                disabled={alarm !== undefined}
                onChange={(event) => setStationId(event.target.value)}
                data-testid="hazard-station"
              >
                <StationOptions stations={stations} />
              </select>
            </label>
            <label className="field">
              <span>{t('hazards.dialog.place')}</span>
              <input value={place} maxLength={200} onChange={(event) => setPlace(event.target.value)} data-testid="hazard-place" />
            </label>
          </div>
          <label className="field">
            <span>{t('hazards.dialog.description')}</span>
            <textarea
              data-autofocus=""
              value={description}
              maxLength={2_000}
              required
              onChange={(event) => setDescription(event.target.value)}
              data-testid="hazard-description"
            />
          </label>
          <div className="field-pair">
            <label className="field">
              <span>{t('hazards.dialog.source')}</span>
              <select
                value={source}
                onChange={(event) => setSource(reportedSources.find((name) => name === event.target.value) ?? 'inspection')}
                data-testid="hazard-source"
              >
                {reportedSources.map((name) => (
                  <option key={name} value={name}>
                    {text(hazardSourceWords[name])}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t('hazards.dialog.proposedGrade')}</span>
              <select value={grade ?? ''} onChange={(event) => setGrade(hazardGrades.find((name) => name === event.target.value) ?? null)}>
                <option value="">{t('hazards.dialog.noProposal')}</option>
                {hazardGrades.map((name) => (
                  <option key={name} value={name}>
                    {text(hazardGradeWords[name])}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <div className="field-pair">
            <label className="field">
              <span>{t('hazards.dialog.foundBy')}</span>
              <input
                value={foundBy}
                maxLength={200}
                required
                onChange={(event) => setFoundBy(event.target.value)}
                data-testid="hazard-found-by"
              />
            </label>
            <label className="field">
              <span>{t('hazards.dialog.foundOn', { zone })}</span>
              <input value={foundOn} inputMode="numeric" aria-invalid={!isDateGood} onChange={(event) => setFoundOn(event.target.value)} />
              {!isDateGood && <span role="alert">{t('hazards.dialog.badDate')}</span>}
            </label>
          </div>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={isReady}
          submit={isSending ? t('hazards.action.sending') : t('hazards.dialog.submitReport')}
          testId="hazard-submit"
        />
      </form>
    </Dialog>
  );
}
