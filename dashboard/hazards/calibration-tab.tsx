// Calibrations of instruments: overdue first, then those without a record, then by the day they are due; one by hand, the rest by sheet.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CalibrationView } from '../../domain/api/calibration-api.ts';
import { calibrationStandings } from '../../domain/hazards/calibration.ts';
import { calibrationStandingWords } from '../../domain/hazards/hazard-words.ts';
import { calendarDateSchema } from '../../domain/time/calendar-date.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { usePointById } from '../values/all-points.ts';
import { useToday } from './hazard-marks.tsx';
import { fetchCalibrations, postCalibration } from './hazard-requests.ts';
import { Foot } from './hazard-step-dialog.tsx';
import { useHazardRefusal } from './use-hazard-action.ts';

export function CalibrationTab(): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const [station, setStation] = useState('');
  const [standing, setStanding] = useState('');
  const [recording, setRecording] = useState<CalibrationView | null>(null);
  const list = useQuery({ queryKey: ['hazards', 'calibrations'], queryFn: ({ signal }) => fetchCalibrations(signal) });
  if (list.data === undefined) return <ListWaiting query={list} />;
  const shown = list.data.filter(
    (each) => (station === '' || each.stationId === station) && (standing === '' || each.standing === standing),
  );
  const countOf = (name: CalibrationView['standing']) => list.data.filter((each) => each.standing === name).length;
  return (
    <section className="panel" aria-label={t('hazards.calibration.title')} data-testid="calibrations">
      <div className="panel-head">
        <div className="hazard-filters">
          <select
            className="input hazard-filter"
            aria-label={t('hazards.filter.station')}
            value={station}
            onChange={(event) => setStation(event.target.value)}
          >
            <option value="">{t('hazards.filter.allStations')}</option>
            {stations.map(({ id, name }) => (
              <option key={id} value={id}>{`${id} ${text(name)}`}</option>
            ))}
          </select>
          <select
            className="input hazard-filter"
            aria-label={t('hazards.calibration.standing')}
            value={standing}
            onChange={(event) => setStanding(event.target.value)}
            data-testid="filter-calibration"
          >
            <option value="">{t('hazards.calibration.allStandings')}</option>
            {calibrationStandings.map((name) => (
              <option key={name} value={name}>{`${text(calibrationStandingWords[name])} (${countOf(name)})`}</option>
            ))}
          </select>
        </div>
        <span className="muted small number panel-link" role="status">
          {calibrationStandings.map((name) => `${text(calibrationStandingWords[name])} ${countOf(name)}`).join(' · ')}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{t(list.data.length === 0 ? 'hazards.calibration.none' : 'hazards.calibration.noneMatch')}</p>
      ) : (
        <CalibrationTable list={shown} onRecord={setRecording} />
      )}
      {recording !== null && <RecordDialog instrument={recording} onClose={() => setRecording(null)} />}
    </section>
  );
}

function CalibrationTable({
  list,
  onRecord,
}: {
  readonly list: readonly CalibrationView[];
  readonly onRecord: (instrument: CalibrationView) => void;
}): ReactNode {
  const { t, text } = useWords();
  const mayRecord = usePermission('hazards.manage');
  const pointById = usePointById();
  return (
    <div className="hazard-scroll">
      <table className="table">
        <thead>
          <tr>
            {(['point', 'name', 'standing', 'dueOn', 'calibratedOn', 'certificate'] as const).map((name) => (
              <th key={name} scope="col">
                {t(`hazards.calibration.${name}`)}
              </th>
            ))}
            {mayRecord && <td />}
          </tr>
        </thead>
        <tbody>
          {list.map((each) => {
            const point = pointById.get(each.pointId);
            return (
              <tr key={each.pointId} data-testid={`calibration-${each.pointId}`}>
                <td className="number">{each.pointId}</td>
                <td>{point === undefined ? '' : text(point.name)}</td>
                <td className="hazard-calibration" data-standing={each.standing}>
                  {text(calibrationStandingWords[each.standing])}
                  {each.standing === 'overdue' && ` ${t('hazards.overdueDays', { count: -(each.daysLeft ?? 0) })}`}
                  {each.standing === 'dueSoon' && ` ${t('hazards.leftDays', { count: each.daysLeft ?? 0 })}`}
                </td>
                <td className="number">{each.latest?.dueOn ?? '—'}</td>
                <td className="number">{each.latest?.calibratedOn ?? '—'}</td>
                <td className="number">{each.latest?.certificate ?? '—'}</td>
                {mayRecord && (
                  <td className="cell-right">
                    <button
                      type="button"
                      className="button button-small"
                      onClick={() => onRecord(each)}
                      aria-label={`${t('hazards.calibration.record')} ${each.pointId}`}
                    >
                      {t('hazards.calibration.record')}
                    </button>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RecordDialog({ instrument, onClose }: { readonly instrument: CalibrationView; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const refusalText = useHazardRefusal();
  const today = useToday();
  const [calibratedOn, setCalibratedOn] = useState(today);
  const [dueOn, setDueOn] = useState('');
  const [certificate, setCertificate] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isReady = !isSending && [calibratedOn, dueOn].every((date) => calendarDateSchema.safeParse(date.trim()).success);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    setIsSending(true);
    const answer = await postCalibration(instrument.pointId, { calibratedOn: calibratedOn.trim(), dueOn: dueOn.trim(), certificate });
    setIsSending(false);
    if (answer.kind !== 'ok') return setProblem(refusalText(answer));
    await queries.invalidateQueries({ queryKey: ['hazards', 'calibrations'] });
    onClose();
  }
  const field = (label: string, value: string, onChange: (value: string) => void, testId: string, placeholder?: string) => (
    <label className="field">
      <span>{label}</span>
      <input value={value} placeholder={placeholder} onChange={(event) => onChange(event.target.value)} data-testid={testId} />
    </label>
  );
  return (
    <Dialog title={`${t('hazards.calibration.record')} · ${instrument.pointId}`} onClose={onClose} testId="calibration-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <div className="field-pair">
            {field(t('hazards.calibration.calibratedOn'), calibratedOn, setCalibratedOn, 'calibrated-on', '2026-07-03')}
            {field(t('hazards.calibration.dueOn'), dueOn, setDueOn, 'due-on', '2027-07-02')}
          </div>
          {field(t('hazards.calibration.certificate'), certificate, setCertificate, 'certificate')}
        </div>
        <Foot isReady={isReady} acting={{ isSending }} onClose={onClose} />
      </form>
    </Dialog>
  );
}
