// What can be done with a hazard now, by the person who looks at it: one row of buttons, each said in a dialogue.
import { type ReactNode, useState } from 'react';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { isOpenState } from '../../domain/hazards/hazard.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { GradeDialog } from './grade-dialog.tsx';
import { StepDialog, type StepKind } from './hazard-step-dialog.tsx';
import type { HazardActing } from './use-hazard-action.ts';

type Asking = StepKind | 'confirm' | 'regrade';

export function HazardActions({ hazard, acting }: { readonly hazard: HazardView; readonly acting: HazardActing }): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayWork = usePermission('hazards.report');
  const mayDecide = usePermission('hazards.manage');
  const mayAccept = usePermission('hazards.accept');
  const [asking, setAsking] = useState<Asking | null>(null);
  const { state, settled, submission, acceptances } = hazard;
  const isOwn =
    settled.responsible?.username === session.username ||
    (settled.responsible?.username === null && settled.responsible.name === session.displayName) ||
    submission?.by?.username === session.username;
  const hasAccepted = acceptances.some(({ by }) => by?.username === session.username);
  const ask = (kind: Asking) => {
    acting.clear();
    setAsking(kind);
  };
  const button = (kind: Asking, isPrimary = false) => (
    <button
      key={kind}
      type="button"
      className={isPrimary ? 'button button-primary' : 'button'}
      onClick={() => ask(kind)}
      data-testid={`hazard-${kind}`}
    >
      {t(`hazards.action.${kind}`)}
    </button>
  );
  const canRegrade = mayDecide && ['confirmed', 'planned', 'rectifying', 'submitted', 'reopened'].includes(state);
  return (
    <section className="panel hazard-actions" aria-label={t(`hazards.next.${state}`)}>
      <p className="no-margin hazard-next">
        <b>{t(`hazards.next.${state}`)}</b>
        {state === 'submitted' && hazard.acceptancesNeeded > 1 && (
          <span className="muted">
            {' '}
            {t('hazards.action.acceptanceOf', { number: acceptances.length + 1, needed: hazard.acceptancesNeeded })}
          </span>
        )}
      </p>
      {acting.problem !== null && asking === null && <ProblemNotice text={acting.problem} />}
      {state === 'submitted' && mayAccept && (isOwn || hasAccepted) && (
        <p className="no-margin muted">{t(isOwn ? 'hazards.action.ownWork' : 'hazards.action.acceptedOnce')}</p>
      )}
      <div className="hazard-buttons">
        {mayDecide && (state === 'reported' || state === 'reopened') && button('confirm', true)}
        {mayDecide && state === 'reported' && button('reject')}
        {mayWork && state === 'planned' && hazard.unsettled.length === 0 && (
          <button
            type="button"
            className="button button-primary"
            disabled={acting.isSending}
            onClick={() => void acting.send({ kind: 'start', version: hazard.version })}
            data-testid="hazard-start"
          >
            {t('hazards.action.start')}
          </button>
        )}
        {mayWork && state === 'rectifying' && button('submit', true)}
        {mayAccept && state === 'submitted' && !isOwn && !hasAccepted && hazard.grade !== null && button('accept', true)}
        {mayAccept && state === 'submitted' && button('refuse')}
        {mayDecide && state === 'accepted' && button('close', true)}
        {canRegrade && button('regrade')}
        {mayDecide && (state === 'accepted' || state === 'closed' || state === 'rejected') && button('reopen')}
        {mayWork && isOpenState(state) && button('note')}
      </div>
      {(asking === 'confirm' || asking === 'regrade') && (
        <GradeDialog kind={asking} hazard={hazard} acting={acting} onClose={() => setAsking(null)} />
      )}
      {asking !== null && asking !== 'confirm' && asking !== 'regrade' && (
        <StepDialog kind={asking} hazard={hazard} acting={acting} onClose={() => setAsking(null)} />
      )}
    </section>
  );
}
