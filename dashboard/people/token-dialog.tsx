// Makes a token: what for, what it may read, where, until when; then shows it, once.
import { type FormEvent, type ReactNode, useState } from 'react';
import { type TokenPermission, tokenPermissions } from '../../domain/access/roles.ts';
import { makeApiToken } from '../account/account-requests.ts';
import { CopyButton } from '../account/second-factor-section.tsx';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { StationChoice } from './person-dialog.tsx';
import '../account/account.css';

const validDays = [30, 90, 365, 730] as const;
const dayMs = 86_400_000;

export function TokenDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: () => void }): ReactNode {
  const { t } = useWords();
  const { serverNowMs } = useLiveClient();
  const [chosen, setChosen] = useState<readonly TokenPermission[]>(['plant.read', 'readings.read', 'alarms.read']);
  const [stationIds, setStationIds] = useState<readonly string[] | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [token, setToken] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setIsWorking(true);
    const answer = await makeApiToken({
      name: String(data.get('name') ?? ''),
      permissions: [...chosen],
      ...(stationIds === null ? {} : { stationIds: [...stationIds] }),
      expiresAtMs: Math.round(serverNowMs() + Number(data.get('days')) * dayMs),
    });
    setIsWorking(false);
    if (answer.kind !== 'ok') return setProblem(t('people.problem.refused', { reason: reasonOf(answer) }));
    setToken(answer.value.token);
    return onMade();
  }

  if (token !== null)
    return (
      <Dialog title={t('account.tokens')} onClose={onClose} testId="token-dialog">
        <div className="dialog-body">
          <p className="notice">{t('account.token.once')}</p>
          <code className="token-once" data-testid="token-once">
            {token}
          </code>
        </div>
        <div className="dialog-foot">
          <CopyButton text={token} />
          <button type="button" className="button button-primary" onClick={onClose} data-testid="token-done">
            {t('account.token.done')}
          </button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={t('account.token.make')} onClose={onClose} testId="token-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <label className="field">
            <span>{t('account.token.name')}</span>
            <input name="name" required maxLength={80} data-autofocus="" data-testid="token-name" />
          </label>
          <fieldset className="token-choices">
            <legend className="muted">{t('account.token.permissions')}</legend>
            {tokenPermissions.map((permission) => (
              <label className="check" key={permission}>
                <input
                  type="checkbox"
                  checked={chosen.includes(permission)}
                  onChange={(event) =>
                    setChosen(event.target.checked ? [...chosen, permission] : chosen.filter((other) => other !== permission))
                  }
                />
                {t(`account.tokenPermission.${permission}`)}
              </label>
            ))}
          </fieldset>
          <StationChoice chosen={stationIds} onChange={setStationIds} />
          <label className="field">
            <span>{t('account.token.expires')}</span>
            <select name="days" defaultValue="365">
              {validDays.map((count) => (
                <option key={count} value={count}>
                  {t('account.token.days', { count })}
                </option>
              ))}
            </select>
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={!isWorking && chosen.length > 0 && stationIds?.length !== 0}
          submit={isWorking ? t('people.working') : t('account.token.make')}
          testId="save-token"
        />
      </form>
    </Dialog>
  );
}
