// Unannounced inspection: one page for a station that answers what an inspector asks first, from the records as they are at this moment. For the screen
// and for paper.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Inspection } from '../../domain/api/obligations-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDate, formatDateTime } from '../time/plant-time.ts';
import { FindingTable } from './finding-table.tsx';
import { shareText, useFindingText } from './finding-text.ts';
import { fetchInspection } from './obligations-requests.ts';
import { StateMark } from './state-mark.tsx';
import './obligations.css';

const route = getRouteApi('/obligations/inspection/$stationId');

export function InspectionScreen(): ReactNode {
  const { t, text } = useWords();
  const { stationId } = route.useParams();
  const navigate = route.useNavigate();
  const { plant, stations } = usePlant();
  const zone = useZone();
  const inspection = useQuery({
    queryKey: ['obligations', 'inspection', stationId],
    queryFn: ({ signal }) => fetchInspection(stationId, signal),
    refetchInterval: 60_000,
  });
  const station = stations.find((candidate) => candidate.id === stationId);
  return (
    <div className="obligations" data-testid="inspection">
      <div className="obligations-head">
        <h1>
          {t('obligations.inspection.title')} · {station === undefined ? stationId : text(station.name)}
        </h1>
        <span className="muted">{text(plant.company.name)}</span>
        {inspection.data !== undefined && (
          <span className="muted number">{t('obligations.inspection.at', { time: formatDateTime(inspection.data.atMs, zone) })}</span>
        )}
        <select
          className="input no-print inspection-station"
          aria-label={t('obligations.inspection.choose')}
          value={stationId}
          onChange={(event) => void navigate({ params: { stationId: event.target.value } })}
        >
          {stations.map((each) => (
            <option key={each.id} value={each.id}>
              {each.id} {text(each.name)}
            </option>
          ))}
        </select>
        <button type="button" className="button button-small no-print" onClick={() => print()}>
          {t('obligations.print')}
        </button>
        <Link to="/obligations" className="button button-small no-print">
          {t('obligations.detail.back')}
        </Link>
      </div>
      <FailureNotice error={inspection.error} />
      {inspection.data === undefined ? (
        inspection.isPending && <p className="empty">{t('common.loading')}</p>
      ) : (
        <div className="inspection-grid">
          <Night inspection={inspection.data} />
          <OnDuty inspection={inspection.data} />
          <Emergency inspection={inspection.data} />
          <Detectors inspection={inspection.data} />
          <Hazards inspection={inspection.data} />
          <States inspection={inspection.data} />
          <p className="wide muted small">{t('obligations.inspection.verify')}</p>
        </div>
      )}
    </div>
  );
}

interface Part {
  readonly inspection: Inspection;
}

function Panel({
  title,
  isWide = false,
  children,
}: {
  readonly title: string;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className={isWide ? 'panel wide' : 'panel'} aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <div className="panel-body">{children}</div>
    </section>
  );
}

function Night({ inspection: { night } }: Part): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const time = (atMs: number): string => formatDateTime(atMs, zone).slice(0, 16);
  return (
    <Panel title={t('obligations.inspection.night')} isWide>
      <p className="number muted">{t('obligations.inspection.nightRange', { from: time(night.fromMs), to: time(night.toMs) })}</p>
      {night.serverShare < 1 && <p>{t('obligations.inspection.serverShare', { share: shareText(night.serverShare, 1) })}</p>}
      <p>
        {t('obligations.inspection.coverage')}{' '}
        <span className="inspection-value number" data-testid="night-coverage">
          {night.coverage === null ? t('obligations.inspection.noCoverage') : shareText(night.coverage)}
        </span>
      </p>
      <Consoles consoles={night.consoles} />
      <p>{t('obligations.inspection.checksText', night.checks)}</p>
      <p>{t('obligations.inspection.alarmsText', night.alarms)}</p>
      {night.gaps.length === 0 ? (
        <p>{t('obligations.inspection.noGaps')}</p>
      ) : (
        <>
          <p className="small muted">{t('obligations.inspection.gaps', { count: night.gaps.length })}</p>
          <FindingTable findings={night.gaps} />
        </>
      )}
    </Panel>
  );
}

function Consoles({ consoles }: { readonly consoles: Inspection['onDutyNow'] }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  return (
    <ul>
      {consoles.map((console) => (
        <li key={console.consoleId}>
          <b>{text(console.name)}</b>{' '}
          {console.people.length === 0
            ? t('obligations.inspection.nobody')
            : console.people
                .map(
                  (person) =>
                    `${person.displayName} (${formatDateTime(person.fromMs, zone).slice(5, 16)} – ${person.toMs === null ? '' : formatDateTime(person.toMs, zone).slice(5, 16)})`,
                )
                .join('、')}
        </li>
      ))}
    </ul>
  );
}

function OnDuty({ inspection }: Part): ReactNode {
  const { t } = useWords();
  return (
    <Panel title={t('obligations.inspection.now')}>
      <Consoles consoles={inspection.onDutyNow} />
    </Panel>
  );
}

function Detectors({ inspection }: Part): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const say = useFindingText();
  return (
    <Panel title={t('obligations.inspection.detectors')} isWide>
      {inspection.detectors.length === 0 ? (
        <p>{t('obligations.inspection.noDetectors')}</p>
      ) : (
        <div className="matrix-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('obligations.inspection.detector')}</th>
                <th scope="col">{t('obligations.detail.column.state')}</th>
                <th scope="col">{t('obligations.inspection.certificate')}</th>
                <th scope="col">{t('obligations.inspection.loopTest')}</th>
              </tr>
            </thead>
            <tbody>
              {inspection.detectors.map((detector) => (
                <tr key={detector.pointId}>
                  <th scope="row">
                    {detector.pointId} <span className="muted">{text(detector.name)}</span>
                  </th>
                  <td>
                    {detector.state === 'met' ? (
                      t('obligations.inspection.inForce')
                    ) : (
                      <>
                        <StateMark state={detector.state} /> {detector.causes.map((finding) => say.cause(finding)).join('、')}
                      </>
                    )}
                  </td>
                  <td className="number">
                    {detector.certificate === null
                      ? t('obligations.inspection.none')
                      : `${detector.certificate.number} · ${t('obligations.inspection.validTo', { date: formatDate(detector.certificate.expiresAtMs - 1, zone) })}`}
                  </td>
                  <td className="number">
                    {detector.lastLoopTestMs === null
                      ? t('obligations.inspection.none')
                      : `${formatDate(detector.lastLoopTestMs, zone)} ${t(`obligations.inspection.${detector.isLoopTestPassed ? 'passed' : 'failed'}`)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Emergency({ inspection: { plan, drills } }: Part): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  return (
    <Panel title={t('obligations.inspection.emergency')}>
      <p>
        {!plan.exists
          ? t('obligations.inspection.noPlan')
          : plan.revised === null
            ? t('obligations.inspection.planUndated')
            : t('obligations.inspection.planDated', { date: plan.revised })}
      </p>
      <p>
        {t('obligations.inspection.drills')}：
        {drills.length === 0
          ? t('obligations.inspection.none')
          : drills.map((drill) => `${formatDate(drill.closedAtMs, zone)} ${drill.number}`).join('、')}
      </p>
    </Panel>
  );
}

function Hazards({ inspection: { hazards } }: Part): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  return (
    <Panel title={t('obligations.inspection.hazards')} isWide>
      {hazards === null ? (
        <p>{t('obligations.inspection.hazardsUnknown')}</p>
      ) : hazards.length === 0 ? (
        <p>{t('obligations.inspection.noHazards')}</p>
      ) : (
        <ul>
          {hazards.map((hazard) => (
            <li key={hazard.number}>
              {hazard.number} {hazard.title}
              {hazard.grade !== null && ` · ${t(`obligations.say.${hazard.grade}`)}`}
              {hazard.dueAtMs !== null && ` · ${t('obligations.say.due', { date: formatDate(hazard.dueAtMs, zone) })}`}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function States({ inspection: { states } }: Part): ReactNode {
  const { t, text } = useWords();
  const say = useFindingText();
  return (
    <Panel title={t('obligations.inspection.states')} isWide>
      <div className="matrix-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('obligations.title')}</th>
              <th scope="col">{t('obligations.detail.column.state')}</th>
              <th scope="col">{t('obligations.inspection.why')}</th>
            </tr>
          </thead>
          <tbody>
            {states.map((state) => (
              <tr key={state.obligationId}>
                <th scope="row">{text(state.name)}</th>
                <td>
                  <StateMark state={state.state} />
                </td>
                <td>
                  {state.findings
                    .slice(0, 4)
                    .map((finding) => [say.cause(finding), say.subject(finding)].filter((part) => part !== '').join(' '))
                    .join('；')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
