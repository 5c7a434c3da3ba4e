// What the person may do now: the next step first and large; steps that are past are not offered. Each dialogue sends one action.
import { type ReactNode, useState } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { ActionNoticeLine } from './action-notice.tsx';
import { AssessDialog } from './assess-dialog.tsx';
import { CancelDialog, CloseDialog, ReviewDialog } from './closing-dialogs.tsx';
import { DispatchDialog } from './dispatch-dialog.tsx';
import { StepDialog } from './step-dialog.tsx';
import type { IncidentActing } from './use-incident-action.ts';

type Asking = 'dispatch' | 'control' | 'restore' | 'relapse' | 'assess' | 'review' | 'close' | 'cancel';

type ButtonName = Asking | 'acknowledge' | 'onTheWay' | 'arrive' | 'leave';

export function IncidentActions({ incident, acting }: { readonly incident: IncidentView; readonly acting: IncidentActing }): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayAct = usePermission('incidents.act');
  const mayClose = usePermission('incidents.close');
  const [asking, setAsking] = useState<Asking | null>(null);
  const { milestones, version } = incident;
  const isOpen = incident.closed === null;
  const own = incident.team.find((member) => member.username === session.username)?.state ?? null;
  const isTeam = session.role === 'emergencyTeam' || own !== null;
  const acknowledge = () => void acting.send({ kind: 'acknowledge', version });
  useKeys(isOpen && mayAct && milestones.acknowledged === null ? [['a', acknowledge]] : []);
  if (!mayAct && !mayClose) return null;

  const next = !isOpen
    ? null
    : milestones.acknowledged === null
      ? 'acknowledge'
      : milestones.dispatched === null
        ? 'dispatch'
        : milestones.onSite === null
          ? 'arrive'
          : milestones.controlled === null && milestones.restored === null
            ? 'control'
            : milestones.restored === null
              ? 'restore'
              : incident.review === null
                ? 'review'
                : 'close';
  const button = (name: ButtonName, onClick: () => void, isShown: boolean) =>
    isShown && (
      <button
        key={name}
        type="button"
        className={`button button-step ${name === next ? 'button-primary' : ''}`}
        onClick={onClick}
        disabled={acting.isSending}
        data-testid={`do-${name}`}
      >
        {t(`incidents.action.${name}`)}
      </button>
    );
  const movement = (kind: 'onTheWay' | 'arrive' | 'leave') => () => void acting.send({ kind });
  return (
    <section className="incident-actions" aria-label={t('incidents.action.title')}>
      <ActionNoticeLine acting={acting} />
      <div className="action-row">
        {mayAct && isOpen && (
          <>
            {button('acknowledge', acknowledge, milestones.acknowledged === null)}
            {button('dispatch', () => setAsking('dispatch'), true)}
            {button('onTheWay', movement('onTheWay'), isTeam && own !== 'onTheWay' && own !== 'onSite')}
            {button('arrive', movement('arrive'), isTeam && own !== 'onSite')}
            {button('leave', movement('leave'), own === 'onSite' || own === 'onTheWay')}
            {button('control', () => setAsking('control'), milestones.controlled === null && milestones.restored === null)}
            {button('restore', () => setAsking('restore'), milestones.restored === null)}
            {button('relapse', () => setAsking('relapse'), milestones.controlled !== null || milestones.restored !== null)}
          </>
        )}
        {mayAct && button('assess', () => setAsking('assess'), true)}
        {mayClose && isOpen && (
          <span className="action-closing">
            {button('review', () => setAsking('review'), milestones.restored !== null)}
            {button('close', () => setAsking('close'), milestones.restored !== null && incident.review !== null)}
            {button('cancel', () => setAsking('cancel'), milestones.restored === null)}
          </span>
        )}
      </div>
      {asking === 'dispatch' && <DispatchDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
      {(asking === 'control' || asking === 'restore' || asking === 'relapse') && (
        <StepDialog kind={asking} incident={incident} acting={acting} onClose={() => setAsking(null)} />
      )}
      {asking === 'assess' && <AssessDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
      {asking === 'review' && <ReviewDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
      {asking === 'close' && <CloseDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
      {asking === 'cancel' && <CancelDialog incident={incident} acting={acting} onClose={() => setAsking(null)} />}
    </section>
  );
}
