// One HTTP request to the server: what the world does to it comes back as a value, and every answer is parsed before it is used.
import type { z } from 'zod';
import { type Problem, problemSchema } from '../../domain/api/problem.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { spokenNow } from '../language/language.ts';

export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** The server said no, and why. `body` is the whole document, for problems that carry more (a version conflict). */
  | { readonly kind: 'problem'; readonly status: number; readonly problem: Problem; readonly body: unknown }
  /** No answer, or one that makes no sense. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'malformed'; readonly detail: string };

export interface RequestOptions<Schema extends z.ZodType | null> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** JSON, a form with a file, or a file as it is. */
  readonly body?: unknown;
  readonly schema: Schema;
  readonly signal?: AbortSignal;
}

export async function request<Schema extends z.ZodType | null>(
  path: string,
  options: RequestOptions<Schema>,
): Promise<Answer<Schema extends z.ZodType ? z.output<Schema> : null>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      credentials: 'same-origin',
      headers: {
        accept: 'application/json, application/problem+json',
        ...contentTypeOf(options.body),
      },
      ...(options.body === undefined ? {} : { body: isSentAsItIs(options.body) ? options.body : JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.text();
    body = text === '' ? null : parseJson(text);
  } catch {
    return { kind: 'unreachable' };
  }
  if (!response.ok) {
    const problem = problemSchema.safeParse(body);
    return {
      kind: 'problem',
      status: response.status,
      problem: problem.success ? problem.data : { type: 'about:blank', title: response.statusText, status: response.status },
      body,
    };
  }
  type Value = Schema extends z.ZodType ? z.output<Schema> : null;
  if (options.schema === null) return { kind: 'ok', value: null as Value };
  const parsed = options.schema.safeParse(body);
  if (!parsed.success)
    return {
      kind: 'malformed',
      detail: `${path}: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`,
    };
  return { kind: 'ok', value: parsed.data as Value };
}

function isSentAsItIs(body: unknown): body is FormData | Blob {
  return body instanceof FormData || body instanceof Blob;
}

/** A form says its own. */
function contentTypeOf(body: unknown): Readonly<Record<string, string>> {
  if (body === undefined || body instanceof FormData) return {};
  return { 'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Why there is no value, for a person, in the language of the page. The server's own sentence (English: it names the thing that is meant) comes after the
 * page's, and stands alone where the page is English.
 */
export function reasonOf(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string {
  const { language, t } = spokenNow();
  switch (answer.kind) {
    case 'unreachable':
      return t('common.unreachable');
    case 'malformed':
      return `${t('common.malformed')} (${answer.detail})`;
    case 'problem': {
      const [first] = answer.problem.errors ?? [];
      const reason = first === undefined ? answer.problem.detail : `${first.path}: ${first.message}`;
      // What failed within the server is looked up in its log by this.
      const said = answer.status === 500 ? [reason, answer.problem.requestId].filter(Boolean).join(' ') : reason;
      if (language === 'en') return said ?? answer.problem.title;
      const kind = t(`refusalKind.${refusalKindOf(answer.status)}`);
      return said === undefined ? kind : `${kind}（${said}）`;
    }
    default:
      return exhaustive(answer, 'answer');
  }
}

function refusalKindOf(
  status: number,
): 'badInput' | 'signedOut' | 'notAllowed' | 'notFound' | 'changed' | 'tooLarge' | 'tooMany' | 'refused' | 'notNow' | 'fault' {
  switch (status) {
    case 400:
      return 'badInput';
    case 401:
      return 'signedOut';
    case 403:
      return 'notAllowed';
    case 404:
      return 'notFound';
    case 409:
      return 'changed';
    case 413:
      return 'tooLarge';
    case 429:
      return 'tooMany';
    case 503:
    case 504:
      return 'notNow';
    default:
      return status >= 500 ? 'fault' : 'refused';
  }
}

/** For TanStack Query, whose language is exceptions: a query that got no value has failed, with the reason kept. */
export class RequestFailed extends Error {
  readonly answer: Exclude<Answer<unknown>, { kind: 'ok' }>;

  constructor(answer: Exclude<Answer<unknown>, { kind: 'ok' }>) {
    super(reasonOf(answer));
    this.answer = answer;
  }

  get status(): number | null {
    return this.answer.kind === 'problem' ? this.answer.status : null;
  }
}

export function valueOrThrow<Value>(answer: Answer<Value>): Value {
  if (answer.kind === 'ok') return answer.value;
  throw new RequestFailed(answer);
}
