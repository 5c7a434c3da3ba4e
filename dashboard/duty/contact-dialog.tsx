// How one person is reached: numbers, language, preferred channels, quiet hours.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ContactView, PersonView } from '../../domain/api/duty-api.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import { languages } from '../../domain/text/localized-text.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { fetchContact, setContact } from './duty-requests.ts';
import { useDutyAction } from './use-duty-action.ts';

const personalChannels: readonly NotificationChannel[] = ['webPush', 'sms', 'voice', 'email'];
const languageNames = { zh: '中文', en: 'English' } as const;

export function ContactDialog({ person, onClose }: { readonly person: PersonView; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  // Not under the topic `duty`: what somebody is typing is not read again under his hands.
  const contact = useQuery({
    queryKey: ['contact', person.username],
    queryFn: ({ signal }) => fetchContact(person.username, signal),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Dialog title={t('duty.people.editTitle', { name: person.displayName })} onClose={onClose} testId="contact-dialog">
      {contact.data === undefined ? (
        <p className="empty">{contact.isError ? t('common.failed', { reason: contact.error.message }) : t('common.loading')}</p>
      ) : (
        <ContactForm key={contact.data.version} contact={contact.data} onReadAgain={() => void contact.refetch()} onClose={onClose} />
      )}
    </Dialog>
  );
}

function ContactForm({
  contact,
  onReadAgain,
  onClose,
}: {
  readonly contact: ContactView;
  readonly onReadAgain: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const action = useDutyAction();
  const [mobile, setMobile] = useState(contact.mobile ?? '');
  const [email, setEmail] = useState(contact.email ?? '');
  const [language, setLanguage] = useState(contact.language);
  const [channels, setChannels] = useState<readonly NotificationChannel[]>(contact.channels ?? []);
  const [quiet, setQuiet] = useState(contact.quietHours ?? { from: '22:00', to: '07:00' });
  const [isQuiet, setIsQuiet] = useState(contact.quietHours !== null);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = {
      version: contact.version,
      mobile: mobile.trim() === '' ? null : mobile.replaceAll(/[\s-]/g, ''),
      email: email.trim() === '' ? null : email.trim(),
      language,
      channels: channels.length === 0 ? null : channels,
      quietHours: isQuiet ? quiet : null,
    };
    void action
      .run(() => setContact(contact.username, body), onClose)
      .then((isDone) => {
        if (!isDone) onReadAgain();
      });
  }

  return (
    <form onSubmit={submit}>
      <div className="dialog-body">
        <label className="field">
          <span>{t('duty.people.mobile')}</span>
          <input
            data-autofocus=""
            inputMode="tel"
            placeholder="+86…"
            pattern="\+[1-9][\d\s\-]{6,18}"
            value={mobile}
            onChange={(event) => setMobile(event.target.value)}
            data-testid="contact-mobile"
          />
        </label>
        <label className="field">
          <span>{t('duty.people.email')}</span>
          <input type="email" value={email} onChange={(event) => setEmail(event.target.value)} data-testid="contact-email" />
        </label>
        <fieldset className="scope">
          <legend>{t('duty.people.language')}</legend>
          <div className="choices">
            {languages.map((name) => (
              <button
                key={name}
                type="button"
                lang={name === 'zh' ? 'zh-CN' : 'en'}
                aria-pressed={language === name}
                onClick={() => setLanguage(name)}
              >
                {languageNames[name]}
              </button>
            ))}
          </div>
        </fieldset>
        <fieldset className="scope">
          <legend>{t('duty.people.channels')}</legend>
          <div className="ticks ticks-row">
            {personalChannels.map((channel) => (
              <label key={channel} className="check">
                <input
                  type="checkbox"
                  checked={channels.includes(channel)}
                  onChange={(event) =>
                    setChannels(event.target.checked ? [...channels, channel] : channels.filter((other) => other !== channel))
                  }
                />
                {t(`notifications.channel.${channel}`)}
              </label>
            ))}
          </div>
          <span className="muted small">{t('duty.people.channelsHint')}</span>
        </fieldset>
        <fieldset className="scope">
          <legend>{t('duty.people.quietHours')}</legend>
          <label className="check">
            <input type="checkbox" checked={isQuiet} onChange={(event) => setIsQuiet(event.target.checked)} />
            {t('duty.people.quietOn')}
          </label>
          {isQuiet && (
            <div className="field-row">
              {(['from', 'to'] as const).map((end) => (
                <label key={end} className="field">
                  <span>{t(end === 'from' ? 'duty.people.quietFrom' : 'duty.people.quietTo')}</span>
                  <input
                    required
                    pattern="([01]\d|2[0-3]):[0-5]\d"
                    placeholder="22:00"
                    value={quiet[end]}
                    onChange={(event) => setQuiet({ ...quiet, [end]: event.target.value })}
                  />
                </label>
              ))}
            </div>
          )}
          <span className="muted small">{t('duty.people.quietHint')}</span>
        </fieldset>
        <ProblemNotice text={action.problem} testId="duty-problem" />
      </div>
      <DialogFoot onClose={onClose} isReady={!action.isWorking} submit={t('duty.people.save')} testId="contact-save" />
    </form>
  );
}
