// The five settled (五落实): person, measure, funds, deadline, contingency plan; what is missing, and the form that settles it bit by bit.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { type FiveSettled, settledParts } from '../../domain/hazards/hazard.ts';
import { settledPartWords } from '../../domain/hazards/hazard-words.ts';
import { calendarDateSchema } from '../../domain/time/calendar-date.ts';
import { fetchPeople } from '../incidents/incident-requests.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { Deadline } from './hazard-marks.tsx';
import { Foot, type HazardDialogProps } from './hazard-step-dialog.tsx';

export function FiveSettledPanel({ hazard, acting }: Omit<HazardDialogProps, 'onClose'>): ReactNode {
  const { t, text } = useWords();
  const mayPlan = usePermission('hazards.manage') && hazard.grade !== null;
  const [isEditing, setIsEditing] = useState(false);
  const canPlan = mayPlan && ['confirmed', 'planned', 'rectifying', 'reopened'].includes(hazard.state);
  const missing = hazard.unsettled.map((part) => text(settledPartWords[part]));
  return (
    <section className="panel" aria-label={t('hazards.five.title')} data-testid="five-settled">
      <div className="panel-head">
        <h2>{t('hazards.five.title')}</h2>
        <span className="muted small number">{t('hazards.settledCount', { count: settledParts.length - missing.length })}</span>
        {canPlan && (
          <button
            type="button"
            className="button button-small panel-link"
            onClick={() => {
              acting.clear();
              setIsEditing(true);
            }}
            data-testid="edit-five"
          >
            {t(hazard.state === 'rectifying' ? 'hazards.five.change' : 'hazards.five.edit')}
          </button>
        )}
      </div>
      <dl className="hazard-facts">
        {settledParts.map((part) => (
          <div key={part} data-unsettled={hazard.settled[part] === null || undefined}>
            <dt>{text(settledPartWords[part])}</dt>
            <dd className="pre-line">
              <Part part={part} hazard={hazard} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted small hazard-five-foot">
        {missing.length === 0 ? t('hazards.five.complete') : t('hazards.five.missing', { parts: missing.join(' · ') })}{' '}
        {missing.length > 0 && t('hazards.five.hint')}
      </p>
      {isEditing && <FiveSettledDialog hazard={hazard} acting={acting} onClose={() => setIsEditing(false)} />}
    </section>
  );
}

function Part({ part, hazard }: { readonly part: keyof FiveSettled; readonly hazard: HazardView }): ReactNode {
  const { t } = useWords();
  const { settled } = hazard;
  if (settled[part] === null) return <span className="muted">{t('hazards.five.none')}</span>;
  switch (part) {
    case 'responsible':
      return settled.responsible?.name;
    case 'fundsYuan':
      return <span className="number">{t('hazards.five.funds', { amount: settled.fundsYuan ?? 0 })}</span>;
    case 'deadline':
      return <Deadline hazard={{ deadline: settled.deadline, standing: hazard.standing }} />;
    case 'measure':
    case 'contingency':
      return settled[part];
  }
}

const orNull = (words: string): string | null => (words.trim() === '' ? null : words.trim());

function FiveSettledDialog({ hazard, acting, onClose }: HazardDialogProps): ReactNode {
  const { t, text } = useWords();
  const listId = useId();
  const people = useQuery({ queryKey: ['users', 'people'], queryFn: ({ signal }) => fetchPeople(signal), staleTime: 300_000 });
  const { settled } = hazard;
  const [name, setName] = useState(settled.responsible?.name ?? '');
  const [measure, setMeasure] = useState(settled.measure ?? '');
  const [funds, setFunds] = useState(settled.fundsYuan === null ? '' : String(settled.fundsYuan));
  const [deadline, setDeadline] = useState(settled.deadline ?? '');
  const [contingency, setContingency] = useState(settled.contingency ?? '');
  const [reason, setReason] = useState('');
  const isUnderWay = hazard.state === 'rectifying';
  const isFundsGood = funds.trim() === '' || /^\d{1,12}(\.\d{1,2})?$/.test(funds.trim());
  const isDateGood = deadline.trim() === '' || calendarDateSchema.safeParse(deadline.trim()).success;
  const isReady = !acting.isSending && isFundsGood && isDateGood && (!isUnderWay || reason.trim() !== '');

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    const said = name.trim();
    const known = people.data?.find((person) => person.displayName === said);
    const next: FiveSettled = {
      responsible: said === '' ? null : { username: known?.username ?? null, name: said },
      measure: orNull(measure),
      fundsYuan: funds.trim() === '' ? null : Number(funds),
      deadline: orNull(deadline),
      contingency: orNull(contingency),
    };
    if (await acting.send({ kind: 'plan', version: hazard.version, settled: next, reason: orNull(reason) })) onClose();
  }

  const area = (label: string, value: string, onChange: (value: string) => void, testId: string) => (
    <label className="field">
      <span>{label}</span>
      <textarea value={value} maxLength={2_000} onChange={(event) => onChange(event.target.value)} data-testid={testId} />
    </label>
  );
  return (
    <Dialog title={`${t('hazards.five.title')} · ${hazard.number}`} onClose={onClose} testId="five-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={acting.problem} testId="hazard-problem" />
          <label className="field">
            <span>{text(settledPartWords.responsible)}</span>
            <input
              data-autofocus=""
              list={listId}
              value={name}
              maxLength={200}
              placeholder={t('hazards.five.responsibleHint')}
              onChange={(event) => setName(event.target.value)}
              data-testid="five-responsible"
            />
            <datalist id={listId}>
              {people.data?.map((person) => (
                <option key={person.username} value={person.displayName} />
              ))}
            </datalist>
          </label>
          {area(text(settledPartWords.measure), measure, setMeasure, 'five-measure')}
          <div className="field-pair">
            <label className="field">
              <span>{text(settledPartWords.fundsYuan)}</span>
              <input
                inputMode="decimal"
                value={funds}
                aria-invalid={!isFundsGood}
                onChange={(event) => setFunds(event.target.value)}
                data-testid="five-funds"
              />
            </label>
            <label className="field">
              <span>{text(settledPartWords.deadline)}</span>
              <input
                inputMode="numeric"
                placeholder="2026-07-03"
                value={deadline}
                aria-invalid={!isDateGood}
                onChange={(event) => setDeadline(event.target.value)}
                data-testid="five-deadline"
              />
              {!isDateGood && <span role="alert">{t('hazards.dialog.badDate')}</span>}
            </label>
          </div>
          {area(text(settledPartWords.contingency), contingency, setContingency, 'five-contingency')}
          {isUnderWay && area(t('hazards.five.reason'), reason, setReason, 'five-reason')}
        </div>
        <Foot isReady={isReady} acting={acting} onClose={onClose} />
      </form>
    </Dialog>
  );
}
