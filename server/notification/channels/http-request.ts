// One HTTP request of a channel. Goes to the address it is given and nowhere else: no redirect is followed, no proxy is asked, no connection is kept.
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { SendResult } from '../channel.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly text: string;
}

export type HttpOutcome = { readonly kind: 'answer'; readonly answer: HttpAnswer } | (SendResult & { readonly kind: 'failed' });

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** PEM, where the other side's authority is not a public one. */
  readonly ca: string | null;
  readonly nowMs: number;
  /** Where names lead; as the system says where absent. */
  readonly lookup?: LookupFunction;
}

/** Answers of chat robots and gateways are a few hundred bytes; what is longer is not one. */
const answerBytesMax = 64 * 1024;

export function sendHttp(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'failed', retryable: true, reason: 'timeout' });
    const url = new URL(request.url);
    const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body;
    const options: https.RequestOptions = {
      method: request.method,
      headers: { 'user-agent': 'gatewatch', ...request.headers, ...(body === null ? {} : { 'content-length': body.length }) },
      agent: false,
      signal,
      ...(request.ca === null ? {} : { ca: request.ca }),
      ...(request.lookup === undefined ? {} : { lookup: request.lookup }),
    };
    const failed = (error: Error) => resolve(failureOf(error, signal));
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerBytesMax) {
          outgoing.destroy();
          resolve({ kind: 'failed', retryable: false, reason: 'badAnswer', code: 'too long' });
        } else chunks.push(chunk);
      });
      incoming.on('error', failed);
      // Closed before its end: the status alone does not say that the message was taken.
      incoming.on('close', () => failed(new Error('closed')));
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 0;
        resolve({
          kind: 'answer',
          answer: {
            status,
            retryAfterMs: retryAfterMs(incoming.headers['retry-after'], request.nowMs),
            text: Buffer.concat(chunks).toString('utf8'),
          },
        });
      });
    });
    outgoing.on('error', failed);
    outgoing.end(body ?? undefined);
  });
}

/** What a status says by itself; null where it is a success and the body decides. */
export function failureOfStatus(
  answer: HttpAnswer,
  isSuccess: (status: number) => boolean,
): (SendResult & { readonly kind: 'failed' }) | null {
  const { status } = answer;
  if (isSuccess(status)) return null;
  const code = `HTTP ${status}`;
  const wish = answer.retryAfterMs === null ? {} : { retryAfterMs: answer.retryAfterMs };
  if (status >= 300 && status < 400) return { kind: 'failed', retryable: false, reason: 'redirected', code };
  if (status === 429) return { kind: 'failed', retryable: true, reason: 'rateLimited', code, ...wish };
  if (status === 401 || status === 403 || status === 407) return { kind: 'failed', retryable: false, reason: 'unauthorized', code };
  if (status === 408 || status === 425) return { kind: 'failed', retryable: true, reason: 'unavailable', code, ...wish };
  if (status >= 500) return { kind: 'failed', retryable: true, reason: 'unavailable', code, ...wish };
  if (status >= 400) return { kind: 'failed', retryable: false, reason: 'rejected', code };
  return { kind: 'failed', retryable: false, reason: 'badAnswer', code };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A code of the other side as it may be shown: short, and nothing of a message in it. */
export function shownCode(name: string, value: unknown): string {
  return `${name} ${String(value)
    .replace(/[^A-Za-z0-9._-]/g, '')
    .slice(0, 32)}`;
}

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Math.min(Number(header), 86_400) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.min(Math.max(0, atMs - nowMs), 86_400_000);
}

const tlsCodes = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME_MISMATCH)/;

export function failureOf(error: Error & { code?: unknown }, signal: AbortSignal): SendResult & { readonly kind: 'failed' } {
  if (signal.aborted) return { kind: 'failed', retryable: true, reason: 'timeout' };
  const code = typeof error.code === 'string' ? error.code : '';
  if (tlsCodes.test(code)) return { kind: 'failed', retryable: true, reason: 'tls', code: shownCode('TLS', code) };
  return { kind: 'failed', retryable: true, reason: 'unreachable', ...(code === '' ? {} : { code: shownCode('socket', code) }) };
}
