// The words for a problem document: by its `reason` where these screens know it, else what the server says.
import { useCallback } from 'react';
import { useWords } from '../language/language.ts';
import { zh } from './refusal-words.ts';

type KnownRefusal = keyof typeof zh;

function isKnown(reason: string): reason is KnownRefusal {
  return Object.hasOwn(zh, reason);
}

/** `body`: the problem document, or one item of a bulk answer. `otherwise`: the server's sentence. */
export function useRefusalText(): (body: unknown, otherwise: string) => string {
  const { t } = useWords();
  return useCallback(
    (body, otherwise) => {
      const reason = typeof body === 'object' && body !== null && 'reason' in body ? String(body.reason) : '';
      return isKnown(reason) ? t(`refusal.${reason}`) : otherwise;
    },
    [t],
  );
}
