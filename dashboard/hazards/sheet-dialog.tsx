// Sheets out and in: two links that download, and a file that is looked at, shown with what it would do, and applied only when a person says so.
import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type ReactNode, useRef, useState } from 'react';
import type { CalibrationImport } from '../../domain/api/calibration-api.ts';
import { type HazardImport, hazardSheetProblemsSchema } from '../../domain/api/hazard-api.ts';
import { hazardStateWords } from '../../domain/hazards/hazard-words.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { usePermission } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { postCalibrationSheet, postHazardSheet, type SheetOf, sheetPath } from './hazard-requests.ts';

type Plan = { readonly of: 'hazards'; readonly plan: HazardImport } | { readonly of: 'calibrations'; readonly plan: CalibrationImport };
interface Problem {
  readonly row: number;
  readonly column: string | null;
  readonly message: LocalizedText;
}
type Outcome =
  | { readonly kind: 'looked'; readonly shown: Plan }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | { readonly kind: 'refused'; readonly reason: string };

export function SheetButtons({ of }: { readonly of: SheetOf }): ReactNode {
  const { t, language } = useWords();
  const mayImport = usePermission('hazards.manage');
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const outcomeOf = useOutcome();

  async function send(chosen: File, digest: string | null): Promise<void> {
    setIsBusy(true);
    setOutcome(
      of === 'hazards'
        ? outcomeOf(await postHazardSheet(chosen, digest), (plan) => ({ of: 'hazards', plan }))
        : outcomeOf(await postCalibrationSheet(chosen, digest), (plan) => ({ of: 'calibrations', plan })),
    );
    setIsBusy(false);
    if (digest !== null) await queries.invalidateQueries({ queryKey: ['hazards'] });
  }

  function choose(event: ChangeEvent<HTMLInputElement>): void {
    const chosen = event.target.files?.[0] ?? null;
    event.target.value = '';
    setFile(chosen);
    if (chosen !== null) void send(chosen, null);
  }

  return (
    <>
      <span className="muted small">{t('hazards.sheet.export')}</span>
      {(['xlsx', 'csv'] as const).map((format) => (
        <a
          key={format}
          className="button button-quiet"
          href={sheetPath(of, format, language)}
          download
          data-testid={`export-${of}-${format}`}
        >
          {t(format === 'xlsx' ? 'hazards.sheet.excel' : 'hazards.sheet.csv')}
        </a>
      ))}
      {mayImport && (
        <>
          <button type="button" className="button" disabled={isBusy} onClick={() => picker.current?.click()} data-testid={`import-${of}`}>
            {t(isBusy ? 'hazards.sheet.reading' : 'hazards.sheet.import')}
          </button>
          <input ref={picker} type="file" accept=".xlsx,.csv" hidden onChange={choose} data-testid={`import-${of}-file`} />
        </>
      )}
      {outcome !== null && (
        <OutcomeDialog
          title={t(of === 'hazards' ? 'hazards.sheet.title' : 'hazards.sheet.calibrationTitle')}
          outcome={outcome}
          isBusy={isBusy}
          onApply={(digest) => void (file !== null && send(file, digest))}
          onClose={() => setOutcome(null)}
        />
      )}
    </>
  );
}

function useOutcome() {
  const { t } = useWords();
  return function outcomeOf<Found>(answer: Answer<Found>, wrap: (plan: Found) => Plan): Outcome {
    if (answer.kind === 'ok') return { kind: 'looked', shown: wrap(answer.value) };
    if (answer.kind === 'unreachable') return { kind: 'refused', reason: t('hazards.action.unreachable') };
    if (answer.kind === 'problem') {
      const problems = hazardSheetProblemsSchema.safeParse(answer.body);
      if (problems.success) return { kind: 'problems', problems: problems.data.problems };
      const { reason } = (answer.body ?? {}) as { reason?: unknown };
      if (reason === 'sheetOutdated') return { kind: 'refused', reason: t('hazards.sheet.outdated') };
      if (typeof reason === 'string' && Object.hasOwn(zh.hazards.sheet.refused, reason))
        return { kind: 'refused', reason: t(`hazards.sheet.refused.${reason as keyof typeof zh.hazards.sheet.refused}`) };
      if (answer.status === 413) return { kind: 'refused', reason: t('hazards.sheet.refused.tooLarge') };
    }
    return { kind: 'refused', reason: reasonOf(answer) };
  };
}

interface OutcomeProps {
  readonly title: string;
  readonly outcome: Outcome;
  readonly isBusy: boolean;
  readonly onApply: (digest: string) => void;
  readonly onClose: () => void;
}

function OutcomeDialog({ title, outcome, isBusy, onApply, onClose }: OutcomeProps): ReactNode {
  const { t } = useWords();
  const shown = outcome.kind === 'looked' ? outcome.shown : null;
  const hasChanges = shown !== null && changesOf(shown) > 0;
  return (
    <Dialog title={title} onClose={onClose} className="dialog-wide" testId="sheet-dialog">
      <div className="dialog-body hazard-sheet">
        {outcome.kind === 'refused' && <ProblemNotice text={outcome.reason} />}
        {outcome.kind === 'problems' && <Problems problems={outcome.problems} />}
        {shown !== null && (
          <p className="no-margin" role="status" data-testid="sheet-result">
            {shown.plan.isApplied
              ? t('hazards.sheet.applied')
              : t(hasChanges ? 'hazards.sheet.looked' : 'hazards.sheet.nothing', { rows: shown.plan.rowCount })}
          </p>
        )}
        {shown?.of === 'hazards' && <HazardChanges plan={shown.plan} />}
        {shown?.of === 'calibrations' && <CalibrationChanges plan={shown.plan} />}
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          {t(shown?.plan.isApplied === true || !hasChanges ? 'common.close' : 'common.cancel')}
        </button>
        {shown !== null && hasChanges && !shown.plan.isApplied && (
          <button
            type="button"
            className="button button-primary"
            disabled={isBusy}
            onClick={() => onApply(shown.plan.digest)}
            data-testid="sheet-apply"
          >
            {t('hazards.sheet.apply')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function changesOf(shown: Plan): number {
  return shown.of === 'hazards' ? shown.plan.fresh.length + shown.plan.amended : shown.plan.differences.length;
}

function Problems({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  const { t, text } = useWords();
  return (
    <>
      <ProblemNotice text={t('hazards.sheet.problems', { count: problems.length })} />
      <table className="table" data-testid="sheet-problems">
        <thead>
          <tr>
            <th scope="col">{t('hazards.sheet.place')}</th>
            <th scope="col">{t('hazards.sheet.what')}</th>
          </tr>
        </thead>
        <tbody>
          {problems.map(({ row, column, message }) => (
            <tr key={`${row} ${column ?? ''} ${message.en}`}>
              <td className="number">{`${column ?? ''}${row}`}</td>
              <td>{text(message)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function HazardChanges({ plan }: { readonly plan: HazardImport }): ReactNode {
  const { t, text } = useWords();
  const taken = plan.differences.filter(({ isTaken }) => isTaken);
  const notTaken = plan.differences.filter(({ isTaken }) => !isTaken);
  return (
    <>
      {plan.fresh.length > 0 && (
        <>
          <h3>{t('hazards.sheet.fresh', { count: plan.fresh.length })}</h3>
          <table className="table" data-testid="sheet-fresh">
            <thead>
              <tr>
                <th scope="col">{t('hazards.sheet.row')}</th>
                <th scope="col">{t('hazards.sheet.number')}</th>
                <th scope="col">{t('hazards.sheet.station')}</th>
                <th scope="col">{t('hazards.sheet.description')}</th>
                <th scope="col">{t('hazards.sheet.state')}</th>
              </tr>
            </thead>
            <tbody>
              {plan.fresh.map((fresh) => (
                <tr key={fresh.row}>
                  <td className="number">{fresh.row}</td>
                  <td className="number">{fresh.number ?? <span className="muted">{t('hazards.sheet.newNumber')}</span>}</td>
                  <td>{fresh.stationId}</td>
                  <td>{fresh.description}</td>
                  <td>{text(hazardStateWords[fresh.state])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {taken.length > 0 && (
        <>
          <h3>{t('hazards.sheet.amended', { count: plan.amended })}</h3>
          <Differences differences={taken} testId="sheet-amended" />
        </>
      )}
      {notTaken.length > 0 && (
        <>
          <h3>{t('hazards.sheet.notTaken')}</h3>
          <p className="muted no-margin">{t('hazards.sheet.notTakenHint')}</p>
          <Differences differences={notTaken} testId="sheet-not-taken" />
        </>
      )}
    </>
  );
}

function Differences({ differences, testId }: { readonly differences: HazardImport['differences']; readonly testId: string }): ReactNode {
  const { t, text } = useWords();
  return (
    <table className="table" data-testid={testId}>
      <thead>
        <tr>
          <th scope="col">{t('hazards.sheet.row')}</th>
          <th scope="col">{t('hazards.sheet.number')}</th>
          <th scope="col">{t('hazards.sheet.column')}</th>
          <th scope="col">{t('hazards.sheet.before')}</th>
          <th scope="col">{t('hazards.sheet.wanted')}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ row, number, heading, before, wanted }) => (
          <tr key={`${row} ${heading.en}`}>
            <td className="number">{row}</td>
            <td className="number">{number}</td>
            <td>{text(heading)}</td>
            <td>{before ?? '—'}</td>
            <td>{wanted ?? '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CalibrationChanges({ plan }: { readonly plan: CalibrationImport }): ReactNode {
  const { t } = useWords();
  if (plan.differences.length === 0) return null;
  return (
    <table className="table number" data-testid="sheet-calibrations">
      <thead>
        <tr>
          <th scope="col">{t('hazards.sheet.row')}</th>
          <th scope="col">{t('hazards.calibration.point')}</th>
          <th scope="col">{t('hazards.calibration.calibratedOn')}</th>
          <th scope="col">{t('hazards.calibration.dueOn')}</th>
          <th scope="col">{t('hazards.calibration.certificate')}</th>
          <th scope="col">{t('hazards.sheet.before')}</th>
        </tr>
      </thead>
      <tbody>
        {plan.differences.map(({ row, before, wanted }) => (
          <tr key={row}>
            <td>{row}</td>
            <td>{wanted.pointId}</td>
            <td>{wanted.calibratedOn}</td>
            <td>{wanted.dueOn}</td>
            <td>{wanted.certificate}</td>
            <td>{before === null ? '—' : `${before.dueOn} ${before.certificate}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
