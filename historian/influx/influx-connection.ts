// One InfluxDB over the official client's transport, with nothing of the client's own retrying: every request has a deadline and one outcome.
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { Clock } from '../../domain/time/clock.ts';
import type { InfluxTarget } from './influx-target.ts';

/** Why a write did not go through, as a closed set; also shown as the status. */
export type WriteFailure =
  | 'unreachable'
  | 'timeout'
  | 'overloaded'
  | 'serverError'
  | 'unauthorised'
  | 'missingDatabase'
  | 'unexpectedStatus';

export type WriteOutcome =
  /** 204: the only answer that means stored. */
  | { readonly kind: 'stored' }
  /** 400, 413, 422: something in these lines will never be taken. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** Not now; the same lines may be taken later. */
  | {
      readonly kind: 'held';
      readonly reason: WriteFailure;
      readonly message: string;
      readonly retryAfterMs: number | null;
      /** Answered 500, which some databases also answer to a line that they will never take. */
      readonly isLineSuspect: boolean;
    };

/** The database understood a question and will not answer it. */
export class InfluxRefusal extends Error {
  override readonly name = 'InfluxRefusal';
}

export class InfluxConnection {
  readonly #client: InfluxDB;
  readonly #target: InfluxTarget;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(options: { target: InfluxTarget; clock: Clock; timeoutMs: number }) {
    this.#target = options.target;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
    // The client's own time-out counts silence on the socket; the deadline below counts from the start of the request.
    this.#client = new InfluxDB({ url: options.target.baseUrl, timeout: options.timeoutMs });
  }

  /** Never rejects. */
  async write(lines: string, signal: AbortSignal): Promise<WriteOutcome> {
    const answer = await this.#send('POST', this.#target.writePath, lines, signal, () => undefined);
    return outcomeOf(answer, this.#clock.nowMs());
  }

  /** InfluxQL; the answer's pieces go to `onData` as they come. Rejects with what went wrong. */
  async query(
    text: string,
    accept: 'application/csv' | 'application/json',
    signal: AbortSignal,
    onData: (data: Uint8Array) => void,
  ): Promise<void> {
    const path = `/query?db=${encodeURIComponent(this.#target.database)}&epoch=ms&q=${encodeURIComponent(text)}`;
    const answer = await this.#send('GET', path, '', signal, onData, { accept });
    if (answer.error !== null) {
      signal.throwIfAborted();
      const words = `history cannot be read from ${this.#target.description}: ${describe(answer.error)}`;
      const isRefused = answer.error instanceof HttpError && [400, 422, 501].includes(answer.error.statusCode);
      throw isRefused ? new InfluxRefusal(words) : new Error(words);
    }
    if (answer.status !== 200) throw new Error(`history cannot be read from ${this.#target.description}: answered ${answer.status}`);
  }

  #send(
    method: string,
    path: string,
    body: string,
    signal: AbortSignal,
    onData: (data: Uint8Array) => void,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const authorization = this.#target.authorization();
    const deadline = new AbortController();
    const timer = this.#clock.after(this.#timeoutMs, () => deadline.abort());
    return new Promise<Answer>((resolve) => {
      let status = 0;
      const finish = (error: Error | null) => {
        timer.cancel();
        resolve({ status, error, isTimeout: deadline.signal.aborted || error?.name === 'RequestTimedOutError' });
        // A socket that only fell silent is still open, and its late answer must not be taken for another's.
        if (error !== null && !(error instanceof HttpError)) deadline.abort();
      };
      this.#client.transport.send(
        path,
        body,
        {
          method,
          headers: {
            'content-type': 'text/plain; charset=utf-8',
            ...(authorization === null ? {} : { authorization }),
            ...headers,
          },
          signal: AbortSignal.any([signal, deadline.signal]),
        },
        {
          responseStarted: (_headers, statusCode) => {
            status = statusCode ?? 0;
          },
          next: (data) => {
            onData(data);
          },
          error: (error) => finish(error),
          complete: () => finish(null),
        },
      );
    });
  }
}

interface Answer {
  readonly status: number;
  readonly error: Error | null;
  readonly isTimeout: boolean;
}

function outcomeOf(answer: Answer, nowMs: number): WriteOutcome {
  const { error, status } = answer;
  if (error === null) {
    if (status === 204) return { kind: 'stored' };
    // 200 and 201 come from proxies, sign-in pages and partial writes: not a promise that the lines are stored.
    return held('unexpectedStatus', `answered ${status} where 204 means stored`, null);
  }
  if (!(error instanceof HttpError)) return held(answer.isTimeout ? 'timeout' : 'unreachable', describe(error), null);
  const message = describe(error);
  const retryAfterMs = retryAfter(error.headers?.['retry-after'], nowMs);
  switch (error.statusCode) {
    case 400:
    case 413:
    case 422:
      return { kind: 'refused', status: error.statusCode, message };
    case 401:
    case 403:
      return held('unauthorised', message, retryAfterMs);
    case 404:
      return held('missingDatabase', message, retryAfterMs);
    case 429:
    case 503:
      return held('overloaded', message, retryAfterMs);
    default:
      return held(error.statusCode >= 500 ? 'serverError' : 'unexpectedStatus', message, retryAfterMs, error.statusCode === 500);
  }
}

function held(reason: WriteFailure, message: string, retryAfterMs: number | null, isLineSuspect = false): WriteOutcome {
  return { kind: 'held', reason, message, retryAfterMs, isLineSuspect };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(header: string | string[] | undefined, nowMs: number): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  const seconds = Number(text);
  const delayMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(delayMs) && delayMs > 0 ? delayMs : null;
}

function describe(error: Error): string {
  if (error instanceof HttpError) return `${error.statusCode} ${(error.body ?? error.statusMessage ?? '').slice(0, 500).trim()}`;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error.message || error.name : `${code} ${error.message}`;
}
