// Full width on every screen while the past is shown: which moment, how fast, and every control of the replay. In a colour of its own, which no alarm has.
import { useLocation } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState, useSyncExternalStore } from 'react';
import { useJournalWords } from '../journal/journal-words.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useStation, useZone } from '../session/plant-context.tsx';
import { KeyHint } from '../shell/key-hint.tsx';
import { useKeys } from '../shell/keys.ts';
import { formatClock, formatDateTime, parseDateTime } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { DensityBar } from './density-bar.tsx';
import { useReplay } from './replay-context.tsx';
import { replayLink } from './replay-link.ts';
import { type ReplayPlayer, speeds } from './replay-player.ts';
import { fetchNextAlarm } from './replay-requests.ts';
import type { ReplaySession } from './replay-session.ts';
import './replay.css';

const stepMs = 10_000;
/** Before the alarm, so that one sees it come. */
const leadMs = 3_000;
const everySecondMs = 1_000;

export function ReplayBand({ session }: { readonly session: ReplaySession }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { leave } = useReplay();
  const { player } = session;
  const atMs = useSyncExternalStore(player.position.subscribe, () => Math.floor(player.position.get() / everySecondMs) * everySecondMs);
  const speed = useSyncExternalStore(player.speed.subscribe, player.speed.get);
  const status = useSyncExternalStore(player.status.subscribe, player.status.get);
  const liveNowMs = useNow(10_000);
  const jump = useJumps(player);
  const isPlaying = status.kind === 'playing' || status.kind === 'waiting';
  useKeys([
    ['k', () => player.toggle()],
    ['[', () => void player.step(-stepMs)],
    [']', () => void player.step(stepMs)],
    ['{', () => void jump.to('previous')],
    ['}', () => void jump.to('next')],
    ['g l', leave],
  ]);
  return (
    <section className="replay-band" aria-label={t('replay.bandLabel')} data-testid="replay-band" data-status={status.kind}>
      <div className="replay-line">
        <strong className="replay-time number" data-testid="replay-time">
          {t('replay.band', { time: formatDateTime(atMs, zone), speed })}
        </strong>
        <span className="replay-state" role="status">
          {status.kind === 'failed' ? t('replay.state.failed', { reason: status.reason }) : t(`replay.state.${status.kind}`)}
          {jump.notice !== null && ` · ${jump.notice}`}
        </span>
        <span className="replay-not-now">{t('replay.notNow')}</span>
        <span className="replay-controls">
          <button
            type="button"
            onClick={() => void jump.to('previous')}
            title={`${t('replay.previousAlarm')} {`}
            aria-label={t('replay.previousAlarm')}
          >
            <AlarmArrow isForward={false} />
          </button>
          <button type="button" onClick={() => void player.step(-stepMs)} title={`${t('replay.stepBack')} [`}>
            −10 s
          </button>
          {status.kind === 'failed' ? (
            <button type="button" onClick={() => void player.seek(player.position.get())}>
              {t('replay.again')}
            </button>
          ) : (
            <button type="button" className="replay-play" onClick={() => player.toggle()} data-testid="replay-play">
              {isPlaying ? `❚❚ ${t('replay.pause')}` : `▶ ${t('replay.play')}`}
            </button>
          )}
          <button type="button" onClick={() => void player.step(stepMs)} title={`${t('replay.stepForward')} ]`}>
            +10 s
          </button>
          <button
            type="button"
            onClick={() => void jump.to('next')}
            title={`${t('replay.nextAlarm')} }`}
            aria-label={t('replay.nextAlarm')}
            data-testid="replay-next"
          >
            <AlarmArrow isForward={true} />
          </button>
          <fieldset className="replay-speeds" aria-label={t('replay.speed')}>
            {speeds.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === speed}
                onClick={() => player.setSpeed(each)}
                data-testid={`speed-${each}`}
              >
                {each}×
              </button>
            ))}
          </fieldset>
          <MomentForm atMs={atMs} nowMs={liveNowMs} onMoment={(moment) => void player.seek(moment)} />
          <CopyLink player={player} />
          <button type="button" className="replay-leave" onClick={leave} data-testid="replay-leave">
            {t('replay.leave')} <KeyHint name="g l" />
          </button>
        </span>
      </div>
      <DensityBar atMs={atMs} nowMs={liveNowMs} onChoose={(moment) => void player.seek(moment)} />
      <Remarks player={player} atMs={atMs} />
    </section>
  );
}

function AlarmArrow({ isForward }: { readonly isForward: boolean }): ReactNode {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" fill="currentColor">
      {isForward ? <path d="M2 2l8 6l-8 6zM11 2h3v12h-3z" /> : <path d="M14 2l-8 6l8 6zM2 2h3v12h-3z" />}
    </svg>
  );
}

function useJumps(player: ReplayPlayer) {
  const { t } = useWords();
  const [notice, setNotice] = useState<string | null>(null);
  const to = async (direction: 'next' | 'previous'): Promise<void> => {
    setNotice(null);
    // The alarm that was jumped to last still lies ahead by the lead.
    const fromMs = player.position.get() + (direction === 'next' ? leadMs : 0);
    try {
      const found = await fetchNextAlarm(fromMs, direction);
      if (found === null) setNotice(t(direction === 'next' ? 'replay.noNextAlarm' : 'replay.noPreviousAlarm'));
      else await player.seek(found.atMs - leadMs);
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  };
  return { notice, to };
}

export function MomentForm({
  atMs,
  nowMs,
  onMoment,
}: {
  readonly atMs: number;
  readonly nowMs: number;
  readonly onMoment: (atMs: number) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const [text, setText] = useState('');
  const [isInvalid, setIsInvalid] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const moment = parseDateTime(text, zone);
    const isValid = moment !== null && moment <= nowMs;
    setIsInvalid(!isValid);
    if (!isValid) return;
    setText('');
    onMoment(moment);
  };
  return (
    <form className="replay-moment" onSubmit={submit}>
      <input
        className="input"
        type="text"
        inputMode="numeric"
        aria-label={t('replay.time')}
        aria-invalid={isInvalid}
        title={isInvalid ? t('replay.invalidTime') : t('replay.timeHint')}
        placeholder={formatDateTime(atMs, zone)}
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-testid="replay-moment"
      />
      <button type="submit" className="button">
        {t('replay.goTo')}
      </button>
      {isInvalid && (
        <span role="alert" className="small">
          {t('replay.invalidTime')}
        </span>
      )}
    </form>
  );
}

function CopyLink({ player }: { readonly player: ReplayPlayer }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { href } = useLocation();
  const [isCopied, setIsCopied] = useState(false);
  const copy = (): void => {
    const link = new URL(replayLink(player.position.get(), href, zone), window.location.origin).href;
    navigator.clipboard.writeText(link).then(
      () => setIsCopied(true),
      () => window.prompt(t('replay.copyLink'), link),
    );
  };
  return (
    <button type="button" onClick={copy} onBlur={() => setIsCopied(false)}>
      {isCopied ? t('replay.linkCopied') : t('replay.copyLink')}
    </button>
  );
}

/** What else was so at the moment, what cannot be shown of it, and what has happened since the jump. */
function Remarks({ player, atMs }: { readonly player: ReplayPlayer; readonly atMs: number }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const facts = useSyncExternalStore(player.facts.subscribe, player.facts.get);
  const watches = useSyncExternalStore(player.watches.subscribe, player.watches.get);
  const mayReadDuty = usePermission('duty.read');
  const mayReadJournal = usePermission('journal.read');
  if (facts === null) return null;
  const { earliestMs, hasHistory, unknownAlarmIds, settings, settingsVersion } = facts;
  const names = [...new Set(watches.map(({ displayName }) => displayName))].join('、');
  return (
    <div className="replay-remarks small">
      {mayReadDuty && <span data-testid="replay-watch">{names === '' ? t('replay.watchNone') : t('replay.watch', { names })}</span>}
      {earliestMs !== null && atMs < earliestMs && <b>{t('replay.beforeRecords', { time: formatDateTime(earliestMs, zone) })}</b>}
      {!hasHistory && <b>{t('replay.noHistory')}</b>}
      {settings.length > 0 && settingsVersion !== null && <span>{t('replay.oldSettings', { version: settingsVersion })}</span>}
      {unknownAlarmIds.length > 0 && (
        <b>{t('replay.unknownAlarms', { count: unknownAlarmIds.length, ids: unknownAlarmIds.slice(0, 5).join(', ') })}</b>
      )}
      {mayReadJournal && <Happened player={player} />}
    </div>
  );
}

function Happened({ player }: { readonly player: ReplayPlayer }): ReactNode {
  const { t } = useWords();
  const lines = useSyncExternalStore(player.lines.subscribe, player.lines.get);
  const [newest] = lines;
  return (
    <details className="replay-happened">
      <summary>
        {t('replay.lines')}: {newest === undefined ? <span>{t('replay.noLines')}</span> : <Line entry={newest} />}
      </summary>
      <ol data-testid="replay-lines">
        {lines.map((entry) => (
          <li key={entry.sequence}>
            <Line entry={entry} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Line({ entry }: { readonly entry: ReturnType<ReplayPlayer['lines']['get']>[number] }): ReactNode {
  const { text } = useWords();
  const zone = useZone();
  const words = useJournalWords();
  const station = useStation(entry.stationId ?? '');
  return (
    <span className="replay-entry">
      <span className="number">{formatClock(entry.recordedAtMs, zone)}</span> <b>{words.kind(entry)}</b>{' '}
      {station !== undefined && text(station.name)} {entry.alarmId} {words.actor(entry)} {words.detail(entry)}
    </span>
  );
}
