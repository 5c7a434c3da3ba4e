// Grades a hazard, with the basis; a major one names who supervises it.
import { type FormEvent, type ReactNode, useState } from 'react';
import { type HazardGrade, hazardGrades } from '../../domain/hazards/hazard.ts';
import { hazardGradeWords } from '../../domain/hazards/hazard-words.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { Foot, type HazardDialogProps } from './hazard-step-dialog.tsx';

export function GradeDialog({ kind, hazard, acting, onClose }: HazardDialogProps & { readonly kind: 'confirm' | 'regrade' }): ReactNode {
  const { t, text } = useWords();
  const [grade, setGrade] = useState<HazardGrade>(hazard.grade ?? hazard.finding.proposedGrade ?? 'ordinary');
  const [basis, setBasis] = useState('');
  const [supervisor, setSupervisor] = useState(hazard.supervision?.by ?? '');
  const supervisedBy = grade === 'major' ? supervisor.trim() : null;
  const isReady = !acting.isSending && basis.trim() !== '' && supervisedBy !== '';
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isReady && (await acting.send({ kind, version: hazard.version, grade, basis: basis.trim(), supervisedBy }))) onClose();
  }
  return (
    <Dialog title={`${t(`hazards.action.${kind}`)} · ${hazard.number}`} onClose={onClose} testId="hazard-grade-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={acting.problem} testId="hazard-problem" />
          <fieldset className="choices" aria-label={t('hazards.dialog.grade')}>
            {hazardGrades.map((name) => (
              <button key={name} type="button" aria-pressed={grade === name} onClick={() => setGrade(name)} data-testid={`grade-${name}`}>
                {text(hazardGradeWords[name])}
              </button>
            ))}
          </fieldset>
          <label className="field">
            <span>{t('hazards.dialog.basis')}</span>
            <textarea
              data-autofocus=""
              value={basis}
              maxLength={2_000}
              required
              onChange={(event) => setBasis(event.target.value)}
              data-testid="grade-basis"
            />
          </label>
          {grade === 'major' && (
            <>
              <p className="notice no-margin">{t('hazards.dialog.majorHint')}</p>
              <label className="field">
                <span>{t('hazards.dialog.supervisedBy')}</span>
                <input
                  value={supervisor}
                  maxLength={200}
                  required
                  onChange={(event) => setSupervisor(event.target.value)}
                  data-testid="grade-supervisor"
                />
              </label>
            </>
          )}
        </div>
        <Foot isReady={isReady} acting={acting} onClose={onClose} />
      </form>
    </Dialog>
  );
}
