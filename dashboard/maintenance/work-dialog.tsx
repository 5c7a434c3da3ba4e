// Starting, changing and ending maintenance of a station or a test of a point: one dialogue, whose fields follow from what is asked.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import { useRefusalText } from '../alarms/use-refusal-text.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { EndChoiceField, endOf, useEndChoice } from '../time/end-choice.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import type { WorkStep } from './maintenance-api.ts';
import { useAskForWork, useWork } from './use-work.ts';
import './maintenance.css';

export interface WorkDialogProps {
  readonly kind: WorkWindow['kind'];
  /** Station id or point id. */
  readonly place: string;
  /** Name of the place as people call it. */
  readonly name: string;
  readonly step: WorkStep;
  /** What runs there as the person sees it; null where nothing does. */
  readonly window: WorkWindow | null;
  readonly onClose: () => void;
}

type Told =
  | { readonly kind: 'conflict'; readonly window: WorkWindow }
  | { readonly kind: 'gone' }
  | { readonly kind: 'problem'; readonly text: string };

const minutesOf = { maintenance: [60, 120, 240, 480, 720, 1_440], test: [15, 30, 60, 120, 240] } as const;

export function WorkDialog({ kind, place, name, step, window: seen, onClose }: WorkDialogProps): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const ask = useAskForWork();
  const refusalText = useRefusalText();
  const { longestMaintenanceMs, longestTestMs } = useWork();
  const longestMs = kind === 'maintenance' ? longestMaintenanceMs : longestTestMs;
  const [window, setWindow] = useState(seen);
  const [end, setEnd] = useEndChoice(kind === 'maintenance' ? 240 : 30);
  const [told, setTold] = useState<Told | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const isTest = kind === 'test';
  const isEnd = step === 'end';
  const tested = { tag: name };
  const title = isTest ? t(isEnd ? 'maintenance.endTestOf' : 'maintenance.startTestOf', tested) : `${t(`maintenance.${step}`)} · ${name}`;

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const field = (key: string): string => String(data.get(key) ?? '').trim();
    const untilMs = endOf(end, serverNowMs(), zone, longestMs);
    if (!isEnd && untilMs === null) return;
    const version = window === null ? {} : { version: window.version };
    const comment = field('comment') === '' ? {} : { comment: field('comment') };
    const permit = step === 'start' && !isTest ? { permit: field('permit') } : {};
    const body = isEnd ? { ...version, ...comment } : { ...version, ...permit, reason: field('reason'), untilMs };
    setIsWorking(true);
    setTold(null);
    const result = await ask({ kind, place, step, body });
    setIsWorking(false);
    switch (result.kind) {
      case 'done':
        onClose();
        return;
      case 'conflict':
        setWindow(result.window);
        setTold({ kind: 'conflict', window: result.window });
        return;
      case 'gone':
        setTold({ kind: 'gone' });
        return;
      case 'refused':
        setTold({ kind: 'problem', text: t('action.refused', { reason: refusalText(result.body, result.reason) }) });
        return;
      case 'unreachable':
        setTold({ kind: 'problem', text: t('action.unreachable') });
    }
  }

  const isPossible = told?.kind !== 'gone' && !(step === 'start' && told?.kind === 'conflict');
  return (
    <Dialog title={title} onClose={onClose} testId={`${kind}-dialog`}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {told !== null && <WorkTold told={told} />}
          {!isEnd && <WorkMeaning isTest={isTest} longestMs={longestMs} />}
          {window !== null && <WorkFacts window={window} />}
          {step === 'start' && !isTest && (
            <label className="field">
              <span>{t('maintenance.permit')}</span>
              <input name="permit" required maxLength={100} data-autofocus="" data-testid="work-permit" />
            </label>
          )}
          {!isEnd && (
            <>
              <label className="field">
                <span>{t('maintenance.reason')}</span>
                <textarea name="reason" required maxLength={1_000} data-testid="work-reason" />
              </label>
              <EndChoiceField
                label={step === 'extend' ? t('maintenance.newEnd') : t('maintenance.endsAt')}
                minutes={minutesOf[kind]}
                longestMs={longestMs}
                choice={end}
                onChange={setEnd}
              />
            </>
          )}
          {isEnd && (
            <label className="field">
              <span>
                {t('maintenance.comment')} ({t('maintenance.optional')})
              </span>
              <textarea name="comment" maxLength={1_000} data-autofocus="" data-testid="work-comment" />
            </label>
          )}
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {isPossible ? t('common.cancel') : t('common.close')}
          </button>
          {isPossible && (
            <button type="submit" className="button button-primary" disabled={isWorking} data-testid="work-submit">
              {isWorking
                ? t('maintenance.working')
                : isTest
                  ? t(isEnd ? 'maintenance.endTest' : 'maintenance.startTest')
                  : t(`maintenance.${step}`)}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function WorkMeaning({ isTest, longestMs }: { readonly isTest: boolean; readonly longestMs: number }): ReactNode {
  const { t } = useWords();
  const duration = useDurationText()(longestMs);
  return (
    <div className="work-meaning">
      <p>{isTest ? t('maintenance.testMeaning', { duration }) : t('maintenance.safetyStays')}</p>
      <p>{isTest ? t('maintenance.testAfter') : t('maintenance.endsByItself', { duration })}</p>
    </div>
  );
}

/** Who began it, when, why, by which permit, until when. */
export function WorkFacts({ window }: { readonly window: WorkWindow }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const nameOf = usePersonName();
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  return (
    <p className="no-margin number">
      {window.kind === 'maintenance' && <b>{t('maintenance.byPermit', { permit: window.permit })} · </b>}
      {window.reason}
      <br />
      <span className="muted">
        {t('maintenance.by', { who: nameOf(window.startedBy), time: time(window.startedAtMs) })} ·{' '}
        {t('maintenance.until', { time: time(window.untilMs) })}
      </span>
    </p>
  );
}

function WorkTold({ told }: { readonly told: Told }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const nameOf = usePersonName();
  if (told.kind === 'problem') {
    return <ProblemNotice text={told.text} />;
  }
  const text = (): string => {
    if (told.kind === 'gone') return t('maintenance.gone');
    const { changedBy, changedAtMs } = told.window;
    const time = formatRecent(changedAtMs, serverNowMs(), zone);
    return changedBy === null ? t('maintenance.conflictByTime', { time }) : t('maintenance.conflict', { who: nameOf(changedBy), time });
  };
  return (
    <p className="notice" role="alert" data-testid="work-conflict">
      {text()}
    </p>
  );
}
