// The queue for the screens: what is unsent, and how to do something.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useSyncExternalStore } from 'react';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant } from '../../session/plant-context.tsx';
import type { QueueRunner, QueueState } from './queue-runner.ts';
import { type Deed, type KeptAction, newActionId } from './queued-action.ts';

const QueueContext = createContext<QueueRunner | null>(null);

export function QueueProvider({ runner, children }: { readonly runner: QueueRunner; readonly children: ReactNode }): ReactNode {
  return <QueueContext value={runner}>{children}</QueueContext>;
}

export function useQueueRunner(): QueueRunner {
  const runner = useContext(QueueContext);
  if (runner === null) throw new Error('the queue was used outside QueueProvider');
  return runner;
}

export function useQueueState(): QueueState {
  const { state } = useQueueRunner();
  return useSyncExternalStore(state.subscribe, state.get);
}

/** What the person who is signed in has done: not sent yet, and answered in a way that he has to read. */
export function useOwnActions(): { readonly waiting: readonly KeptAction[]; readonly answered: readonly KeptAction[] } {
  const { kept } = useQueueState();
  const { session } = usePlant();
  return useMemo(() => {
    const own = kept.filter(({ action }) => action.username === session.username);
    return {
      waiting: own.filter(({ action }) => action.state.kind === 'waiting'),
      answered: own.filter(({ action }) => action.state.kind !== 'waiting'),
    };
  }, [kept, session.username]);
}

/** Resolves when the deed is on the phone's disk; rejects where it could not be kept, and then nothing was done. */
export function useDo(): (stationId: string, deed: Deed) => Promise<void> {
  const runner = useQueueRunner();
  const { session } = usePlant();
  const { serverNowMs } = useLiveClient();
  return useCallback(
    (stationId, deed) =>
      runner.add({
        actionId: newActionId(),
        username: session.username,
        displayName: session.displayName,
        madeAtMs: serverNowMs(),
        stationId,
        deed,
        state: { kind: 'waiting' },
      }),
    [runner, session, serverNowMs],
  );
}
