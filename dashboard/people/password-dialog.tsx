// A new password for a person who cannot sign in. Shown once, so that it can be handed over.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { UserView } from '../../domain/api/users-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { type DoneWhat, setPassword } from './people-requests.ts';

export function PasswordDialog({
  user,
  onClose,
  onDone,
}: {
  readonly user: UserView;
  readonly onClose: () => void;
  readonly onDone: (what: DoneWhat, name: string) => void;
}): ReactNode {
  const { t } = useWords();
  const [password, setPasswordText] = useState('');
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsWorking(true);
    const answer = await setPassword(user.username, password);
    setIsWorking(false);
    if (answer.kind === 'ok') onDone('password', user.displayName);
    else if (answer.kind === 'unreachable') setProblem(t('people.problem.unreachable'));
    else setProblem(t('people.problem.refused', { reason: reasonOf(answer) }));
  }
  return (
    <Dialog title={t('people.passwordTitle', { name: user.displayName })} onClose={onClose} testId="password-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <p className="no-margin">{t('people.passwordMeaning')}</p>
          <PasswordField label={t('people.newPassword')} value={password} onChange={setPasswordText} />
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={!isWorking}
          submit={isWorking ? t('people.working') : t('people.save')}
          testId="save-password"
        />
      </form>
    </Dialog>
  );
}

/** Readable on purpose: it is written down and handed over by the one who makes it. */
export function PasswordField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { t } = useWords();
  return (
    <>
      <div className="people-password">
        <label className="field">
          <span>{label}</span>
          <input
            value={value}
            required
            minLength={12}
            maxLength={256}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
            data-testid="new-password"
          />
        </label>
        <button type="button" className="button" onClick={() => onChange(madePassword())} data-testid="make-password">
          {t('people.generate')}
        </button>
      </div>
      <p className="no-margin muted">{t('people.tellOnce')}</p>
    </>
  );
}

/** Sixteen letters and digits that cannot be mistaken for one another: about 79 bits. */
function madePassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const text = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => letters[byte % letters.length]).join('');
  return (text.match(/.{4}/g) ?? []).join('-');
}
