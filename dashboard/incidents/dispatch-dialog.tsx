// Who is sent: people with an account who may act there, and others by name.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { mayDo } from '../../domain/access/roles.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ActionNoticeLine } from './action-notice.tsx';
import { fetchPeople } from './incident-requests.ts';
import type { IncidentDialogProps } from './step-dialog.tsx';

export function DispatchDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t, text } = useWords();
  const mayRead = usePermission('duty.read');
  const people = useQuery({
    queryKey: ['duty', 'people'],
    queryFn: ({ signal }) => fetchPeople(signal),
    enabled: mayRead,
    staleTime: 60_000,
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [others, setOthers] = useState('');
  const [comment, setComment] = useState('');
  const responders = (people.data ?? []).filter(
    (person) =>
      !person.isDisabled &&
      mayDo(person.role, 'incidents.act') &&
      (person.stationIds === null || incident.stationIds.some((id) => person.stationIds?.includes(id))),
  );
  const ordered = responders.toSorted((one, other) => Number(other.role === 'emergencyTeam') - Number(one.role === 'emergencyTeam'));
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const names = others.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    const said = comment.trim();
    const isTaken = await acting.send({ kind: 'dispatch', people: [...chosen, ...names], ...(said === '' ? {} : { comment: said }) });
    if (isTaken) onClose();
  }
  return (
    <Dialog title={t('incidents.action.dispatch').replace('…', '')} onClose={onClose} testId="dispatch-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          {ordered.length > 0 && (
            <fieldset className="people-ticks">
              <legend>{t('incidents.action.people')}</legend>
              {ordered.map((person) => (
                <label key={person.username} className="check">
                  <input
                    type="checkbox"
                    checked={chosen.has(person.username)}
                    onChange={(event) => {
                      const next = new Set(chosen);
                      if (event.target.checked) next.add(person.username);
                      else next.delete(person.username);
                      setChosen(next);
                    }}
                    data-testid={`send-${person.username}`}
                  />
                  {person.displayName} <span className="muted">{t(`role.${person.role}`)}</span>
                </label>
              ))}
            </fieldset>
          )}
          <label className="field">
            <span>{t('incidents.action.otherPeople')}</span>
            <textarea value={others} onChange={(event) => setOthers(event.target.value)} data-testid="send-others" />
          </label>
          {incident.plan.contacts.length > 0 && (
            <ul className="contact-line small">
              {incident.plan.contacts.map((contact) => (
                <li key={`${contact.phone}${contact.name.zh}`}>
                  {text(contact.name)} <b className="number">{contact.phone}</b>
                </li>
              ))}
            </ul>
          )}
          <label className="field">
            <span>{t('incidents.action.comment')}</span>
            <input value={comment} maxLength={2_000} onChange={(event) => setComment(event.target.value)} data-testid="step-words" />
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={!acting.isSending}
          submit={acting.isSending ? t('incidents.action.sending') : t('incidents.action.send')}
          testId="step-submit"
        />
      </form>
    </Dialog>
  );
}
