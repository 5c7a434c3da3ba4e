// One attempt to sign in, the same at the desk and on the phone: what is sent, what came of it in words, and the session where it went well.

import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SignIn } from '../../domain/api/session-api.ts';
import { reasonOf } from '../http/request.ts';
import { signIn } from '../http/session-requests.ts';
import { useWords } from '../language/language.ts';

export interface SignInOptions {
  /** Before the session is set: what another person had read is put away. */
  readonly beforeSession?: (queries: QueryClient) => void;
  /** Tried also while the browser believes that there is no network. */
  readonly isTriedWithoutNetwork?: boolean;
}

export interface SignInAttempt {
  readonly problem: string | null;
  readonly setProblem: (problem: string | null) => void;
  readonly isPending: boolean;
  /** The password was right, and a code is asked for: the form has a field `code`. */
  readonly needsCode: boolean;
  /** For a form with the fields `username` and `password`. */
  readonly submit: (event: FormEvent<HTMLFormElement>) => void;
}

export function useSignIn({ beforeSession, isTriedWithoutNetwork = false }: SignInOptions = {}): SignInAttempt {
  const { t } = useWords();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [needsCode, setNeedsCode] = useState(false);
  const attempt = useMutation({
    networkMode: isTriedWithoutNetwork ? 'always' : 'online',
    mutationFn: (credentials: SignIn) => signIn(credentials),
    onSuccess: (answer) => {
      switch (answer.kind) {
        case 'ok':
          beforeSession?.(queries);
          queries.setQueryData(['session'], answer.value);
          return;
        case 'unreachable':
          setProblem(t('signIn.unreachable'));
          return;
        case 'malformed':
          setProblem(t('signIn.failed', { reason: reasonOf(answer) }));
          return;
        case 'problem':
          if (answer.status === 401 && reasonIn(answer.body) === 'secondFactor') setNeedsCode(true);
          else if (answer.status === 401 && reasonIn(answer.body) === 'wrongCode') setProblem(t('signIn.wrongCode'));
          else if (answer.status === 401 || answer.status === 403) setProblem(t('signIn.refused'));
          else if (answer.status === 429) setProblem(t('signIn.tooMany'));
          else setProblem(t('signIn.failed', { reason: reasonOf(answer) }));
      }
    },
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const credentials = { username: String(data.get('username') ?? '').trim(), password: String(data.get('password') ?? '') };
    if (credentials.username === '' || credentials.password === '') {
      setProblem(t('signIn.missing'));
      return;
    }
    setProblem(null);
    const code = String(data.get('code') ?? '').trim();
    attempt.mutate({ ...credentials, ...(code === '' ? {} : { code }) });
  }

  return { problem, setProblem, isPending: attempt.isPending, needsCode, submit };
}

function reasonIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'reason' in body ? body.reason : null;
}
