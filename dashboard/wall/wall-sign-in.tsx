// A wall screen lets itself in with the key of its address, and goes on trying: nobody stands there with a keyboard. A refused key is said plainly.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../language/language.ts';
import { wallKeyIn } from './wall-address.ts';
import { openWall } from './wall-requests.ts';

const retryMs = 5_000;

export function WallSignIn(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const [key] = useState(() => wallKeyIn(location.hash));
  const [isRefused, setIsRefused] = useState(false);
  useEffect(() => {
    if (key === null) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isOver = false;
    const attempt = async (): Promise<void> => {
      const answer = await openWall(key);
      if (isOver) return;
      if (answer.kind === 'ok') {
        queries.setQueryData(['session'], answer.value);
        return;
      }
      setIsRefused(isRefusal(answer));
      // A refused key too: an administrator's mistake may be put right, and the screen must come back by itself.
      timer = setTimeout(() => void attempt(), isRefusal(answer) ? 12 * retryMs : retryMs);
    };
    void attempt();
    return () => {
      isOver = true;
      if (timer !== null) clearTimeout(timer);
    };
  }, [key, queries]);
  return (
    <main className="empty" id="content" role="status" data-testid="wall-sign-in">
      <strong>
        {key === null ? t('overview.wall.needsLink') : isRefused ? t('overview.wall.refused') : t('overview.wall.connecting')}
      </strong>
      {key === null && (
        <p>
          <a className="button" href="/">
            {t('overview.wall.signIn')}
          </a>
        </p>
      )}
    </main>
  );
}

function isRefusal(answer: { readonly kind: string; readonly status?: number }): boolean {
  return answer.kind === 'problem' && (answer.status === 401 || answer.status === 400);
}
