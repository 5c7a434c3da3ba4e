// SMS and voice through any gateway that speaks HTTP: request and answer are described in the plant file, and every value is escaped for its place.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { memberAt, renderJson, renderTemplate } from '../../../domain/notification/message-template.ts';
import type { AnswerTest, GatewaySettings } from '../../../domain/notification/notification-settings.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Channel, ChannelMessage, SendResult } from '../channel.ts';
import { timeText } from '../message-composer.ts';
import { failureOfStatus, type HttpAnswer, type HttpRequest, parseJson, sendHttp, shownCode } from './http-request.ts';
import { shortText } from './message-text.ts';

export function createGatewayChannel(
  kind: 'sms' | 'voice',
  settings: GatewaySettings,
  secrets: Readonly<Record<string, string>>,
  dependencies: { readonly clock: Clock; readonly ca: string | null; readonly timeZone: string },
): Channel {
  return {
    kind,
    async send(message, signal) {
      const mobile = message.recipient?.mobile ?? null;
      if (mobile === null) return { kind: 'failed', retryable: false, reason: 'noAddress' };
      const request = gatewayRequest(settings, secrets, message, mobile, {
        nowMs: dependencies.clock.nowMs(),
        timeZone: dependencies.timeZone,
        nonce: randomUUID(),
      });
      const outcome = await sendHttp({ ...request, ca: dependencies.ca, nowMs: dependencies.clock.nowMs() }, signal);
      return outcome.kind === 'failed' ? outcome : gatewayResult(settings, outcome.answer);
    },
  };
}

export function gatewayRequest(
  settings: GatewaySettings,
  secrets: Readonly<Record<string, string>>,
  message: ChannelMessage,
  mobile: string,
  moment: { readonly nowMs: number; readonly timeZone: string; readonly nonce: string },
): Pick<HttpRequest, 'url' | 'method' | 'headers'> & { readonly body: string | null } {
  const values = placeholderValues(settings, message, mobile, moment);
  const computed = new Map<string, string>();
  let body: string | null = null;
  const resolve = (name: string): string => {
    if (name === 'body') return body ?? '';
    if (name.startsWith('secret.')) return secrets[name.slice('secret.'.length)] ?? '';
    if (!name.startsWith('derived.')) return values[name] ?? '';
    const known = computed.get(name);
    if (known !== undefined) return known;
    const derived = settings.derived.find((candidate) => `derived.${candidate.name}` === name);
    const value = derived === undefined ? '' : digestOf(derived, resolve);
    computed.set(name, value);
    return value;
  };
  const { contentType, text } = renderBody(settings.body, resolve);
  body = text;
  const headers: Record<string, string> = { 'idempotency-key': message.idempotencyKey };
  if (contentType !== null) headers['content-type'] = contentType;
  for (const [name, template] of Object.entries(settings.headers))
    headers[name.toLowerCase()] = renderTemplate(template, 'header', resolve);
  return { url: renderTemplate(settings.url, 'url', resolve), method: settings.method, headers, body };
}

function placeholderValues(
  settings: GatewaySettings,
  message: ChannelMessage,
  mobile: string,
  moment: { readonly nowMs: number; readonly timeZone: string; readonly nonce: string },
): Readonly<Record<string, string>> {
  const facts = Object.fromEntries(message.facts.map(({ name, value }) => [name, value]));
  return {
    ...facts,
    key: message.idempotencyKey,
    title: message.title,
    text: shortText(message, settings.textLength),
    link: message.link ?? '',
    acknowledgeLink: message.acknowledgeLink ?? '',
    urgency: message.urgency,
    language: message.language,
    name: message.recipient?.displayName ?? '',
    mobile,
    mobileNational: mobile.replace(/^\+86/, ''),
    epochMs: String(moment.nowMs),
    epochSeconds: String(Math.floor(moment.nowMs / 1_000)),
    isoTime: new Date(moment.nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    compactTime: timeText(moment.nowMs, moment.timeZone).replaceAll(/\D/g, ''),
    nonce: moment.nonce,
  };
}

function renderBody(
  body: GatewaySettings['body'],
  resolve: (name: string) => string,
): { readonly contentType: string | null; readonly text: string | null } {
  if (body === undefined) return { contentType: null, text: null };
  if ('json' in body) return { contentType: 'application/json; charset=utf-8', text: JSON.stringify(renderJson(body.json, resolve)) };
  if ('form' in body) {
    const fields = Object.entries(body.form).map(([name, template]) => [name, renderTemplate(template, 'form', resolve)]);
    return { contentType: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() };
  }
  if ('xml' in body) return { contentType: 'application/xml; charset=utf-8', text: renderTemplate(body.xml, 'xml', resolve) };
  return { contentType: body.contentType, text: renderTemplate(body.text, 'text', resolve) };
}

function digestOf(derived: GatewaySettings['derived'][number], resolve: (name: string) => string): string {
  const over = renderTemplate(derived.over, 'raw', resolve);
  const algorithm = derived.algorithm.replace(/^hmac/, '').toLowerCase();
  if (derived.key === undefined) return createHash(algorithm).update(over).digest(derived.encoding);
  const key = Buffer.from(renderTemplate(derived.key, 'raw', resolve), derived.keyEncoding);
  return createHmac(algorithm, key).update(over).digest(derived.encoding);
}

function gatewayResult(settings: GatewaySettings, answer: HttpAnswer): SendResult {
  const body = parseJson(answer.text);
  const mayPass = settings.retryWhen !== undefined && holds(settings.retryWhen, body);
  const failure = failureOfStatus(answer, (status) => settings.success.status.includes(status));
  if (failure !== null) return mayPass ? { ...failure, retryable: true } : failure;
  const { answer: test } = settings.success;
  if (test !== undefined && !holds(test, body)) {
    const found = memberAt(body, test.path);
    if (found === undefined) return { kind: 'failed', retryable: true, reason: 'badAnswer' };
    const code = shownCode(test.path, found);
    return mayPass
      ? { kind: 'failed', retryable: true, reason: 'unavailable', code }
      : { kind: 'failed', retryable: false, reason: 'rejected', code };
  }
  const reference = settings.reference === undefined ? undefined : memberAt(body, settings.reference);
  if (typeof reference !== 'string' && typeof reference !== 'number') return { kind: 'sent' };
  return {
    kind: 'sent',
    reference: String(reference)
      .replaceAll(/[^A-Za-z0-9._^-]/g, '')
      .slice(0, 64),
  };
}

/** `0` and `"0"` are the same to a person who writes a plant file. */
function holds(test: AnswerTest, body: unknown): boolean {
  const found = memberAt(body, test.path);
  if (found === undefined || (typeof found === 'object' && found !== null)) return false;
  return test.is.some((wanted) => String(wanted) === String(found));
}
