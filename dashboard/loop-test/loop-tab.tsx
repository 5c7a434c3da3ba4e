// Begin a loop test, and those that were made.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import type { LoopTest } from '../../domain/loop-test/loop-test.ts';
import { useAsk } from '../engineering/use-ask.ts';
import { fetchPoints } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useWork } from '../maintenance/use-work.ts';
import { WorkDialog } from '../maintenance/work-dialog.tsx';
import { usePersonName } from '../session/person-names.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { Countdown } from '../time/countdown.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { fetchLoopTests, startLoopTest } from './loop-test-requests.ts';
import './loop-test.css';
import { StationOptions } from '../station/station-options.tsx';

export function LoopTab(): ReactNode {
  const { t } = useWords();
  const mayTest = usePermission('points.test');
  const tests = useQuery({
    queryKey: ['maintenance', 'loop-tests'],
    queryFn: ({ signal }) => fetchLoopTests(signal),
    refetchInterval: 30_000,
  });
  return (
    <div className="loop-tab" data-testid="loop-tab">
      {mayTest && <Begin tests={tests.data ?? []} />}
      <section className="panel" aria-label={t('loopTest.list')}>
        <div className="panel-head">
          <h2>{t('loopTest.list')}</h2>
        </div>
        {tests.isError && <p className="empty">{t('common.failed', { reason: tests.error.message })}</p>}
        {tests.data?.length === 0 && <p className="empty">{t('loopTest.none')}</p>}
        {tests.data !== undefined && tests.data.length > 0 && <TestList tests={tests.data} />}
      </section>
    </div>
  );
}

function Begin({ tests }: { readonly tests: readonly LoopTest[] }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const navigate = useNavigate();
  const { testByPoint } = useWork();
  const [stationId, setStationId] = useState(stations[0]?.id ?? '');
  const [pointId, setPointId] = useState('');
  const [tolerance, setTolerance] = useState('1');
  const [reference, setReference] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const ask = useAsk<LoopTest>();
  const all = useQuery({ queryKey: ['points', stationId], queryFn: ({ signal }) => fetchPoints(stationId, signal), staleTime: 60_000 });
  const points = (all.data ?? []).filter(({ kind, range }) => kind === 'analog' && range !== null);
  const point: PointView | undefined = points.find(({ id }) => id === pointId) ?? points[0];
  const test = point === undefined ? undefined : testByPoint.get(point.id);
  const running = tests.find((one) => one.pointId === point?.id && one.finished === null);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (point === undefined) return;
    const started = await ask.run(() => startLoopTest(point.id, { tolerancePercent: Number(tolerance), reference: reference.trim() }));
    if (started !== null) void navigate({ to: '/engineering/loop-tests/$testId', params: { testId: started.id } });
  }
  return (
    <section className="panel" aria-label={t('loopTest.begin')}>
      <div className="panel-head">
        <h2>{t('loopTest.begin')}</h2>
      </div>
      <form className="plant-form" onSubmit={(event) => void submit(event)}>
        <p className="no-margin muted">{t('loopTest.beginHint')}</p>
        <div className="plant-fields">
          <label className="field">
            <span>{t('loopTest.station')}</span>
            <select value={stationId} onChange={(event) => setStationId(event.target.value)} data-testid="loop-station">
              <StationOptions stations={stations} />
            </select>
          </label>
          <label className="field">
            <span>{t('loopTest.point')}</span>
            <select value={point?.id ?? ''} onChange={(event) => setPointId(event.target.value)} data-testid="loop-point">
              {points.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.tag} {text(one.name)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('loopTest.tolerance')}</span>
            <input
              type="number"
              required
              min={0.01}
              max={20}
              step={0.01}
              value={tolerance}
              onChange={(event) => setTolerance(event.target.value)}
            />
          </label>
          <label className="field">
            <span>{t('loopTest.reference')}</span>
            <input maxLength={200} value={reference} onChange={(event) => setReference(event.target.value)} data-testid="loop-reference" />
          </label>
        </div>
        {all.isSuccess && points.length === 0 && <p className="muted no-margin">{t('loopTest.noPoints')}</p>}
        {point !== undefined && (
          <p className="no-margin loop-state">
            {test === undefined ? (
              <>
                {t('loopTest.notUnderTest')}{' '}
                <button type="button" className="button" onClick={() => setIsAsking(true)} data-testid="put-under-test">
                  {t('loopTest.putUnderTest')}
                </button>
              </>
            ) : (
              <span data-testid="under-test">
                <span className="tag tag-test">{t('maintenance.tested')}</span> {t('loopTest.underTest')}{' '}
                <Countdown untilMs={test.untilMs} />
              </span>
            )}
          </p>
        )}
        {running === undefined ? (
          <button type="submit" className="button button-primary" disabled={test === undefined || ask.isAsking} data-testid="loop-start">
            {t('loopTest.start')}
          </button>
        ) : (
          <p className="no-margin">
            {t('loopTest.runsAlready')}{' '}
            <Link className="button" to="/engineering/loop-tests/$testId" params={{ testId: running.id }}>
              {t('loopTest.goOn')}
            </Link>
          </p>
        )}
        <ProblemNotice text={ask.problem} />
      </form>
      {isAsking && point !== undefined && (
        <WorkDialog
          kind="test"
          place={point.id}
          name={`${point.tag} ${text(point.name)}`}
          step="start"
          window={null}
          onClose={() => setIsAsking(false)}
        />
      )}
    </section>
  );
}

function TestList({ tests }: { readonly tests: readonly LoopTest[] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nameOf = usePersonName();
  return (
    <table className="table number">
      <thead>
        <tr>
          {(['time', 'point', 'by', 'result', 'error'] as const).map((name) => (
            <th key={name} scope="col">
              {t(`loopTest.column.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tests.map((test) => (
          <tr key={test.id} data-testid="loop-test-row">
            <td>{formatDateTime(test.startedAtMs, zone)}</td>
            <th scope="row">
              <Link to="/engineering/loop-tests/$testId" params={{ testId: test.id }}>
                {test.pointId}
              </Link>
            </th>
            <td>{nameOf(test.startedBy)}</td>
            <td>{t(`loopTest.result.${test.finished?.result ?? 'running'}`)}</td>
            <td>
              {test.steps.length === 0 ? '—' : `${Math.max(...test.steps.map(({ errorPercent }) => Math.abs(errorPercent))).toFixed(2)} %`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
