// The emergency contacts of a station: whom the plan names, when somebody last called them all, and the form for whoever has just done so.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { EmergencyContacts } from '../../domain/api/obligations-api.ts';
import { isPublicEmergencyNumber } from '../../domain/incidents/response-plan.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { fetchContacts, postContactCall } from './obligations-requests.ts';

export function ContactsPanel({ stationId }: { readonly stationId: string }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const mayCall = usePermission('contacts.call');
  const [isCalling, setIsCalling] = useState(false);
  const contacts = useQuery({
    queryKey: ['obligations', 'contacts', stationId],
    queryFn: ({ signal }) => fetchContacts(stationId, signal),
  });
  if (contacts.data === undefined) return null;
  const { contacts: list, calls } = contacts.data;
  return (
    <section className="panel" aria-label={t('obligations.contacts.title')} data-testid="contacts">
      <div className="panel-head">
        <h2>{t('obligations.contacts.title')}</h2>
        {mayCall && list.length > 0 && (
          <button
            type="button"
            className="button button-small panel-link no-print"
            onClick={() => setIsCalling(true)}
            data-testid="call-contacts"
          >
            {t('obligations.contacts.button')}
          </button>
        )}
      </div>
      {list.length === 0 ? (
        <p className="empty">{t('obligations.contacts.none')}</p>
      ) : (
        <table className="table">
          <tbody>
            {list.map(({ name, role, phone }) => (
              <tr key={`${name.zh} ${phone}`}>
                <th scope="row">{text(name)}</th>
                <td>{text(role)}</td>
                <td className="number">{phone}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul className="state-history" data-testid="contact-calls">
        {calls.length === 0 && <li className="muted">{t('obligations.contacts.never')}</li>}
        {calls.map((call) => (
          <li key={call.id} className={call.isOfThese ? undefined : 'muted'}>
            <span className="number">{formatDateTime(call.atMs, zone)}</span> {call.displayName} ·{' '}
            {call.unreachable.length === 0
              ? t('obligations.contacts.reached')
              : t('obligations.contacts.notReached', { numbers: call.unreachable.join(', ') })}
            {call.note !== '' && ` · ${call.note}`}
            {!call.isOfThese && ` · ${t('obligations.contacts.earlierList')}`}
          </li>
        ))}
      </ul>
      {isCalling && <CallDialog contacts={contacts.data} onClose={() => setIsCalling(false)} />}
    </section>
  );
}

function CallDialog({ contacts, onClose }: { readonly contacts: EmergencyContacts; readonly onClose: () => void }): ReactNode {
  const { t, text } = useWords();
  const queries = useQueryClient();
  /** By phone number. */
  const [reached, setReached] = useState<Readonly<Record<string, boolean>>>({});
  const [note, setNote] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isComplete = contacts.contacts.every(({ phone }) => isPublicEmergencyNumber(phone) || reached[phone] !== undefined);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isComplete || isSending) return;
    setIsSending(true);
    const unreachable = [...new Set(contacts.contacts.map(({ phone }) => phone))].filter((phone) => reached[phone] === false);
    const answer = await postContactCall(contacts.stationId, { digest: contacts.digest, unreachable, note: note.trim() });
    setIsSending(false);
    if (answer.kind !== 'ok') return setProblem(reasonOf(answer));
    queries.setQueryData(['obligations', 'contacts', contacts.stationId], answer.value);
    void queries.invalidateQueries({ queryKey: ['obligations', 'detail'] });
    onClose();
  }
  return (
    <Dialog title={t('obligations.contacts.dialog')} onClose={onClose} testId="contacts-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <p className="no-margin">{t('obligations.contacts.hint')}</p>
          {contacts.contacts.map(({ name, role, phone }) => (
            <fieldset key={`${name.zh} ${phone}`} className="choices contact-choice" aria-label={text(name)}>
              <span>
                <b>{text(name)}</b> {text(role)} <span className="number">{phone}</span>
              </span>
              {isPublicEmergencyNumber(phone) && <span className="muted">{t('obligations.contacts.publicNumber')}</span>}
              {(isPublicEmergencyNumber(phone) ? [] : ([true, false] as const)).map((isReached) => (
                <button
                  key={String(isReached)}
                  type="button"
                  aria-pressed={reached[phone] === isReached}
                  onClick={() => setReached({ ...reached, [phone]: isReached })}
                  data-testid={isReached ? 'contact-reached' : 'contact-not-reached'}
                >
                  {t(isReached ? 'obligations.contacts.yes' : 'obligations.contacts.no')}
                </button>
              ))}
            </fieldset>
          ))}
          <label className="field">
            <span>{t('obligations.contacts.note')}</span>
            <input value={note} maxLength={1_000} onChange={(event) => setNote(event.target.value)} />
          </label>
        </div>
        <DialogFoot onClose={onClose} isReady={isComplete && !isSending} submit={t('obligations.contacts.submit')} testId="contacts-send" />
      </form>
    </Dialog>
  );
}
