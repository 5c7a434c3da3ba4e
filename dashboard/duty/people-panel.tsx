// People and how they are reached. Each changes his own; who plans duty changes any.
import { type ReactNode, useState } from 'react';
import type { PersonView } from '../../domain/api/duty-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { ContactDialog } from './contact-dialog.tsx';
import { usePeople } from './use-duty.ts';

export function PeoplePanel(): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayManage = usePermission('duty.manage');
  const people = usePeople();
  const [edited, setEdited] = useState<PersonView | null>(null);
  const mine = people.find((person) => person.username === session.username);
  return (
    <section className="panel" aria-label={t('duty.people.title')} data-testid="people">
      <div className="panel-head">
        <h2>{t('duty.people.title')}</h2>
        {mine !== undefined && (
          <button type="button" className="button panel-link" onClick={() => setEdited(mine)} data-testid="my-contact">
            {t('duty.people.mine')}
          </button>
        )}
      </div>
      <div className="roster-scroll">
        <table className="people">
          <thead>
            <tr>
              <th scope="col">{t('common.name')}</th>
              <th scope="col">{t('duty.people.role')}</th>
              <th scope="col">{t('duty.people.mobile')}</th>
              <th scope="col">{t('duty.people.email')}</th>
              <th scope="col">{t('duty.people.channels')}</th>
              <th scope="col">{t('duty.people.quietHours')}</th>
              {mayManage && <th scope="col">{t('duty.people.edit')}</th>}
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.username}>
                <th scope="row">
                  {person.displayName} <span className="muted small">{person.username}</span>{' '}
                  {person.isDisabled && <span className="tag">{t('duty.people.disabled')}</span>}
                </th>
                <td>{t(`role.${person.role}`)}</td>
                <ContactCells person={person} />
                {mayManage && (
                  <td>
                    <button type="button" className="button button-small" onClick={() => setEdited(person)}>
                      {t('duty.people.edit')}
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {edited !== null && <ContactDialog person={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}

function ContactCells({ person }: { readonly person: PersonView }): ReactNode {
  const { t } = useWords();
  const mayWatch = usePermission('duty.watch');
  const mayManage = usePermission('duty.manage');
  const maySee = mayWatch || mayManage;
  const { session } = usePlant();
  const { contact } = person;
  if (!maySee && person.username !== session.username)
    return (
      <td colSpan={4} className="muted">
        {t('duty.people.hidden')}
      </td>
    );
  const missing = <span className="muted">{t('duty.people.none')}</span>;
  return (
    <>
      <td className="number">{contact?.mobile ?? missing}</td>
      <td>{contact?.email ?? missing}</td>
      <td>{contact?.channels?.map((channel) => t(`notifications.channel.${channel}`)).join('、') ?? t('duty.people.allChannels')}</td>
      <td className="number">{contact?.quietHours ? `${contact.quietHours.from}–${contact.quietHours.to}` : '—'}</td>
    </>
  );
}
