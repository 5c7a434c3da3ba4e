// One loop test: what arrives now, big enough to read from the instrument's side; the five steps as found and as left; the sheet for the file.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import {
  expectedAt,
  type LoopPercent,
  type LoopPhase,
  type LoopTest,
  loopPercents,
  loopPhases,
  resultOf,
} from '../../domain/loop-test/loop-test.ts';
import { useAsk } from '../engineering/use-ask.ts';
import { useWords } from '../language/language.ts';
import { useWork } from '../maintenance/use-work.ts';
import { WorkDialog } from '../maintenance/work-dialog.tsx';
import { usePersonName } from '../session/person-names.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatClock, formatDateTime } from '../time/plant-time.ts';
import { usePointById } from '../values/all-points.ts';
import { endLoopTest, fetchLoopTest, fetchSource, measureStep } from './loop-test-requests.ts';
import './loop-test.css';

const route = getRouteApi('/engineering/loop-tests/$testId');

export function LoopScreen(): ReactNode {
  const { t } = useWords();
  const { testId } = route.useParams();
  const test = useQuery({
    queryKey: ['maintenance', 'loop-test', testId],
    queryFn: ({ signal }) => fetchLoopTest(testId, signal),
    refetchInterval: 30_000,
  });
  if (test.data === undefined)
    return <p className="empty">{test.isError ? t('common.failed', { reason: test.error.message }) : t('common.loading')}</p>;
  return <LoopSheet test={test.data} />;
}

function LoopSheet({ test }: { readonly test: LoopTest }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nameOf = usePersonName();
  const { plant, stations } = usePlant();
  const point = usePointById().get(test.pointId);
  const station = stations.find(({ id }) => id === test.stationId);
  const mayTest = usePermission('points.test') && test.finished === null;
  const { range, unit } = test;
  return (
    <div className="loop-screen" data-testid="loop-screen" data-result={test.finished?.result}>
      <div className="loop-head">
        <h1>
          {t('loopTest.sheet')} · {test.pointId} {point === undefined ? '' : text(point.name)}
        </h1>
        <span className="no-print">
          <button type="button" className="button" onClick={() => window.print()}>
            {t('loopTest.print')}
          </button>{' '}
          <Link className="button button-quiet" to="/engineering" search={{ tab: 'loop' }}>
            {t('loopTest.back')}
          </Link>
        </span>
      </div>
      <p className="no-margin number loop-facts">
        {text(plant.company.name)} · {station === undefined ? test.stationId : text(station.name)} ·{' '}
        {t('loopTest.range', { ...range, unit })} · {t('loopTest.toleranceIs', { tolerance: test.tolerancePercent })}
        {test.reference !== '' && <> · {t('loopTest.referenceIs', { reference: test.reference })}</>} ·{' '}
        {t('loopTest.startedBy', { time: formatDateTime(test.startedAtMs, zone), who: nameOf(test.startedBy) })}
      </p>
      {mayTest && <SourceNow test={test} />}
      <Steps test={test} mayTest={mayTest} />
      {test.finished !== null && (
        <p className="notice" data-testid="loop-result" data-result={test.finished.result}>
          <b>
            {t('loopTest.finished', {
              time: formatDateTime(test.finished.atMs, zone),
              who: nameOf(test.finished.by),
              result: t(`loopTest.result.${test.finished.result}`),
            })}
          </b>
          {test.finished.comment !== '' && <> · {test.finished.comment}</>}
        </p>
      )}
      <TestState test={test} />
      <div className="loop-signatures only-print">
        <span>{t('loopTest.signature')}</span>
        <span>{t('loopTest.approval')}</span>
      </div>
    </div>
  );
}

function SourceNow({ test }: { readonly test: LoopTest }): ReactNode {
  const { t } = useWords();
  const source = useQuery({
    queryKey: ['source', test.pointId],
    queryFn: ({ signal }) => fetchSource(test.pointId, signal),
    refetchInterval: 1_000,
    retry: false,
  });
  const now = source.data?.kind === 'point' && !source.isError ? source.data : null;
  const percent = now?.value == null ? null : ((now.value - test.range.min) / (test.range.max - test.range.min)) * 100;
  return (
    <section className="panel loop-now no-print" aria-label={t('loopTest.now')}>
      <span className="muted">{t('loopTest.now')}</span>
      <b className="loop-value number" data-testid="loop-value">
        {now?.value == null ? '—' : now.value.toFixed(test.digits)} <small>{test.unit}</small>
      </b>
      <span className="loop-percent number">{percent === null ? '' : `${percent.toFixed(1)} %`}</span>
      <span className="muted number">
        {source.isError && source.error.message}
        {now !== null &&
          (now.raw === null ? t('loopTest.noNumber', { status: now.status }) : t('loopTest.raw', { raw: shortNumber(now.raw) }))}
        {now?.words != null && (
          <>
            {' · '}
            {t('loopTest.words', { words: now.words.map((word) => word.toString(16).toUpperCase().padStart(4, '0')).join(' ') })}
          </>
        )}
      </span>
    </section>
  );
}

const shortNumber = (value: number): string => String(Number(value.toPrecision(7)));

function Steps({ test, mayTest }: { readonly test: LoopTest; readonly mayTest: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const queries = useQueryClient();
  const ask = useAsk<LoopTest>();
  const [comment, setComment] = useState('');
  const put = (next: LoopTest | null): void => {
    if (next !== null) queries.setQueryData(['maintenance', 'loop-test', test.id], next);
    void queries.invalidateQueries({ queryKey: ['maintenance'] });
  };
  const measure = (phase: LoopPhase, percent: LoopPercent): void => void ask.run(() => measureStep(test, phase, percent)).then(put);
  const end = (how: 'finish' | 'abandon'): void => void ask.run(() => endLoopTest(test, how, comment.trim())).then(put);
  const digits = test.digits + 1;
  const stepOf = (phase: LoopPhase, percent: LoopPercent) => test.steps.find((step) => step.phase === phase && step.percent === percent);
  return (
    <section className="panel" aria-label={t('loopTest.title')}>
      <div className="loop-steps">
        <table className="table number">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {t('loopTest.percent')}
              </th>
              <th scope="col" rowSpan={2} className="cell-right">
                {t('loopTest.expected')} {test.unit}
              </th>
              {loopPhases.map((phase) => (
                <th key={phase} scope="colgroup" colSpan={4} className="loop-phase">
                  {t(`loopTest.phase.${phase}`)}
                </th>
              ))}
            </tr>
            <tr>
              {loopPhases.flatMap((phase) =>
                (['measured', 'error', 'at', 'measure'] as const).map((name) => (
                  <th key={`${phase} ${name}`} scope="col" className="cell-right">
                    {name === 'measure' ? <span className="visually-hidden">{t('loopTest.measure')}</span> : t(`loopTest.${name}`)}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {loopPercents.map((percent) => (
              <tr key={percent} data-testid={`step-${percent}`}>
                <th scope="row">{percent} %</th>
                <td className="cell-right">{expectedAt(test.range, percent).toFixed(digits)}</td>
                {loopPhases.flatMap((phase) => {
                  const step = stepOf(phase, percent);
                  return [
                    <td key={`${phase} value`} className="cell-right loop-phase">
                      {step === undefined ? '' : step.value.toFixed(digits)}
                    </td>,
                    <td key={`${phase} error`} className="cell-right" data-out={step?.isWithin === false || undefined}>
                      {step === undefined ? '' : `${step.errorPercent.toFixed(2)} ${step.isWithin ? '✓' : '✕'}`}
                      {step !== undefined && (
                        <span className="visually-hidden">{step.isWithin ? t('loopTest.within') : t('loopTest.out')}</span>
                      )}
                    </td>,
                    <td key={`${phase} at`} className="cell-right muted">
                      {step === undefined ? '' : formatClock(step.atMs, zone)}
                    </td>,
                    <td key={`${phase} measure`} className="no-print">
                      {mayTest && (
                        <button
                          type="button"
                          className="button button-small"
                          disabled={ask.isAsking}
                          onClick={() => measure(phase, percent)}
                          data-testid={`measure-${phase}-${percent}`}
                        >
                          {step === undefined ? t('loopTest.measure') : t('loopTest.again')}
                          <span className="visually-hidden">
                            {' '}
                            {t(`loopTest.phase.${phase}`)} {percent} %
                          </span>
                        </button>
                      )}
                    </td>,
                  ];
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ProblemNotice text={ask.problem} />
      {mayTest && (
        <div className="loop-end no-print">
          <label className="field">
            <span>{t('loopTest.comment')}</span>
            <input value={comment} maxLength={1_000} onChange={(event) => setComment(event.target.value)} />
          </label>
          <button type="button" className="button" disabled={ask.isAsking} onClick={() => end('abandon')} data-testid="loop-abandon">
            {t('loopTest.abandon')}
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={ask.isAsking || resultOf(test) === null}
            onClick={() => end('finish')}
            data-testid="loop-finish"
          >
            {t('loopTest.finish')}
          </button>
          <span className="muted small">{t('loopTest.finishHint')}</span>
        </div>
      )}
    </section>
  );
}

/** Who forgets to end the test state leaves the point marked: said as long as it lasts. */
function TestState({ test }: { readonly test: LoopTest }): ReactNode {
  const { t } = useWords();
  const mayTest = usePermission('points.test');
  const window = useWork().testByPoint.get(test.pointId);
  const [isAsking, setIsAsking] = useState(false);
  if (window === undefined)
    return test.finished === null && mayTest ? <p className="notice no-print">{t('loopTest.notUnderTest')}</p> : null;
  return (
    <p className="no-margin no-print">
      <span className="tag tag-test">{t('maintenance.tested')}</span> {t('loopTest.stillUnderTest')}{' '}
      {mayTest && (
        <button type="button" className="button button-small" onClick={() => setIsAsking(true)} data-testid="end-test-state">
          {t('loopTest.endTest')}
        </button>
      )}
      {isAsking && (
        <WorkDialog kind="test" place={test.pointId} name={test.pointId} step="end" window={window} onClose={() => setIsAsking(false)} />
      )}
    </p>
  );
}
