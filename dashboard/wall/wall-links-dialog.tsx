// For administrators: makes a link that opens the overview on a wall screen, shows it once, lists who made which, and revokes.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { WallLinkView } from '../../domain/api/wall-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { wallAddress } from './wall-address.ts';
import { fetchWallLinks, makeWallLink, revokeWallLink } from './wall-requests.ts';
import './wall.css';

const turnsSeconds = [15, 30, 60] as const;

export function WallLinksDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const links = useQuery({ queryKey: ['wallLinks'], queryFn: ({ signal }) => fetchWallLinks(signal) });
  return (
    <Dialog title={t('overview.wall.title')} onClose={onClose} className="wall-links" testId="wall-links">
      <div className="dialog-body">
        <p className="muted no-margin">{t('overview.wall.hint')}</p>
        <MakeForm />
        <FailureNotice error={links.error} />
        {links.data?.length === 0 && <p className="empty">{t('overview.wall.none')}</p>}
        <ul className="wall-links-list">
          {links.data?.map((link) => (
            <LinkLine key={link.id} link={link} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function MakeForm(): ReactNode {
  const { t, text, language } = useWords();
  const { plant } = usePlant();
  const queries = useQueryClient();
  const [areaIds, setAreaIds] = useState<readonly string[]>([]);
  const [isWorking, setIsWorking] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isCopied, setIsCopied] = useState(false);

  async function make(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const every = Number(data.get('every'));
    const chosen = areaIds.length === 0 ? null : plant.areas.map(({ id }) => id).filter((id) => areaIds.includes(id));
    setIsWorking(true);
    setProblem(null);
    const answer = await makeWallLink({ label: String(data.get('label') ?? ''), ...(chosen === null ? {} : { areaIds: chosen }) });
    setIsWorking(false);
    if (answer.kind !== 'ok') {
      setProblem(reasonOf(answer));
      return;
    }
    setIsCopied(false);
    setAddress(
      wallAddress(location.origin, answer.value.key, {
        areaIds: chosen,
        everySeconds: every > 0 ? every : null,
        order: data.get('order') === 'worst' ? 'worst' : 'area',
        view: 'tiles',
        theme: String(data.get('theme')),
        language,
      }),
    );
    await queries.invalidateQueries({ queryKey: ['wallLinks'] });
  }

  return (
    <>
      <form className="wall-links-form" onSubmit={(event) => void make(event)}>
        <label className="field">
          <span>{t('overview.wall.label')}</span>
          <input
            name="label"
            required
            maxLength={60}
            placeholder={t('overview.wall.labelHint')}
            data-autofocus=""
            data-testid="wall-label"
          />
        </label>
        <label className="field">
          <span>{t('overview.wall.rotate')}</span>
          <select name="every" defaultValue="0">
            <option value="0">{t('overview.wall.rotateOff')}</option>
            {turnsSeconds.map((count) => (
              <option key={count} value={count}>
                {t('overview.wall.seconds', { count })}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('overview.order')}</span>
          <select name="order">
            <option value="area">{t('overview.orderArea')}</option>
            <option value="worst">{t('overview.orderWorst')}</option>
          </select>
        </label>
        <label className="field">
          <span>{t('header.theme')}</span>
          <select name="theme">
            <option value="light">{t('header.themeLight')}</option>
            <option value="dark">{t('header.themeDark')}</option>
          </select>
        </label>
        <fieldset className="wall-links-areas">
          <legend>
            {t('overview.wall.areas')} ({areaIds.length === 0 ? t('overview.allAreas') : areaIds.length})
          </legend>
          {plant.areas.map(({ id, name }) => (
            <label key={id} className="check">
              <input
                type="checkbox"
                checked={areaIds.includes(id)}
                onChange={({ target }) => setAreaIds(target.checked ? [...areaIds, id] : areaIds.filter((other) => other !== id))}
              />
              {text(name)}
            </label>
          ))}
        </fieldset>
        <button type="submit" className="button button-primary" disabled={isWorking} data-testid="wall-make">
          {isWorking ? t('overview.wall.working') : t('overview.wall.make')}
        </button>
      </form>
      <ProblemNotice text={problem} />
      {address !== null && (
        <div className="notice wall-link-once" role="status">
          <span>{t('overview.wall.once')}</span>
          <code data-testid="wall-address">{address}</code>
          <button
            type="button"
            className="button button-small"
            onClick={() => void navigator.clipboard?.writeText(address).then(() => setIsCopied(true))}
          >
            {isCopied ? t('overview.wall.copied') : t('overview.wall.copy')}
          </button>
        </div>
      )}
    </>
  );
}

function LinkLine({ link }: { readonly link: WallLinkView }): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const personName = usePersonName();
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  const areas =
    link.areaIds === null
      ? t('overview.wall.allStations')
      : link.areaIds.map((id) => text(plant.areas.find((area) => area.id === id)?.name ?? { zh: id, en: id })).join(' · ');
  async function revoke(): Promise<void> {
    const answer = await revokeWallLink(link.id);
    // Somebody else was quicker: the list says who.
    const isRevoked = answer.kind === 'ok' || (answer.kind === 'problem' && answer.status === 409);
    setProblem(isRevoked ? null : reasonOf(answer));
    await queries.invalidateQueries({ queryKey: ['wallLinks'] });
  }
  return (
    <li data-testid={`wall-link-${link.id}`}>
      <span>
        <span>
          <b>{link.label}</b> · {areas}
        </span>
        <span className="muted small">
          {t('overview.wall.madeBy', { who: personName(link.madeBy), time: time(link.madeAtMs) })} ·{' '}
          {link.revokedAtMs === null
            ? t(link.isOpened ? 'overview.wall.opened' : 'overview.wall.notOpened')
            : t('overview.wall.revokedBy', { who: personName(link.revokedBy ?? ''), time: time(link.revokedAtMs) })}
        </span>
        {problem !== null && (
          <span className="small" role="alert">
            {t('action.refused', { reason: problem })}
          </span>
        )}
      </span>
      {link.revokedAtMs === null && (
        <button
          type="button"
          className="button button-small"
          onClick={() => (isAsking ? void revoke() : setIsAsking(true))}
          data-testid="wall-revoke"
        >
          {t(isAsking ? 'overview.wall.revokeReally' : 'overview.wall.revoke')}
        </button>
      )}
    </li>
  );
}
