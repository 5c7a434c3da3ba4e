// The two dialogues of certificates: one to enter, one to revoke.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CertificateList, CertificateView } from '../../domain/api/obligations-api.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { addCertificate, revokeCertificate } from './obligations-requests.ts';

function useSending(onDone: () => void) {
  const { t } = useWords();
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function send(work: Promise<Answer<unknown>>): Promise<void> {
    setIsWorking(true);
    setProblem(null);
    const answer = await work;
    setIsWorking(false);
    if (answer.kind === 'ok') onDone();
    else if (answer.kind === 'unreachable') setProblem(t('obligations.certificate.unreachable'));
    else setProblem(t('obligations.certificate.failed', { reason: reasonOf(answer) }));
  }
  return { isWorking, problem, send };
}

export function AddCertificateDialog({
  list,
  onClose,
  onDone,
}: {
  readonly list: CertificateList;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactNode {
  const { t } = useWords();
  const { isWorking, problem, send } = useSending(onDone);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string): string => String(form.get(name) ?? '');
    void send(
      addCertificate({
        username: field('username'),
        title: field('title'),
        number: field('number'),
        issuer: field('issuer'),
        validFrom: field('validFrom'),
        validTo: field('validTo'),
      }),
    );
  }
  return (
    <Dialog title={t('obligations.certificate.addTitle')} onClose={onClose} testId="certificate-dialog">
      <form onSubmit={submit}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <label className="field">
            <span>{t('obligations.certificate.holder')}</span>
            <select name="username" required data-autofocus="">
              {list.people.map(({ username, displayName }) => (
                <option key={username} value={username}>
                  {displayName}
                </option>
              ))}
            </select>
          </label>
          {(['title', 'number', 'issuer'] as const).map((name) => (
            <label key={name} className="field">
              <span>{t(`obligations.certificate.${name === 'title' ? 'name' : name}`)}</span>
              <input name={name} required maxLength={80} autoComplete="off" data-testid={`certificate-${name}`} />
            </label>
          ))}
          {(['validFrom', 'validTo'] as const).map((name) => (
            <label key={name} className="field">
              <span>
                {t(`obligations.certificate.${name}`)} <span className="muted small">{t('obligations.certificate.dateHint')}</span>
              </span>
              <input
                name={name}
                required
                pattern="\d{4}-\d{2}-\d{2}"
                placeholder="2026-07-03"
                autoComplete="off"
                data-testid={`certificate-${name}`}
              />
            </label>
          ))}
        </div>
        <Foot onClose={onClose} isWorking={isWorking} label={t('obligations.certificate.save')} />
      </form>
    </Dialog>
  );
}

export function RevokeDialog({
  certificate,
  onClose,
  onDone,
}: {
  readonly certificate: CertificateView;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactNode {
  const { t } = useWords();
  const { isWorking, problem, send } = useSending(onDone);
  return (
    <Dialog title={t('obligations.certificate.revokeTitle', { number: certificate.number })} onClose={onClose} testId="revoke-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send(revokeCertificate(certificate.id, String(new FormData(event.currentTarget).get('reason') ?? '')));
        }}
      >
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <p className="no-margin">
            {certificate.displayName} · {certificate.title}
          </p>
          <label className="field">
            <span>{t('obligations.certificate.reason')}</span>
            <input name="reason" required maxLength={500} data-autofocus="" data-testid="revoke-reason" />
          </label>
        </div>
        <Foot onClose={onClose} isWorking={isWorking} label={t('obligations.certificate.revoke')} />
      </form>
    </Dialog>
  );
}

function Foot({
  onClose,
  isWorking,
  label,
}: {
  readonly onClose: () => void;
  readonly isWorking: boolean;
  readonly label: string;
}): ReactNode {
  const { t } = useWords();
  return (
    <DialogFoot
      onClose={onClose}
      isReady={!isWorking}
      submit={isWorking ? t('obligations.certificate.working') : label}
      testId="save-certificate"
    />
  );
}
