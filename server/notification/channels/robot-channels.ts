// Group robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书). Each answers 200 with a code of its own in the body: only code 0 is a success.
import { createHmac } from 'node:crypto';
import type { AlarmPriority } from '../../../domain/alarms/priority.ts';
import type { DingTalkSettings, FeishuSettings, WeComSettings } from '../../../domain/notification/notification-settings.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Channel, ChannelMessage, SendResult } from '../channel.ts';
import { failureOfStatus, type HttpAnswer, parseJson, sendHttp, shownCode } from './http-request.ts';
import { cutBytes, factLines, linkLines, markdown } from './message-text.ts';

/** Robots take 20 messages a minute and are shut out for minutes beyond: no use in coming back at once. */
const rateLimitedPauseMs = 60_000;

interface RobotAnswer {
  readonly codeMember: readonly string[];
  readonly rateLimited: ReadonlySet<number>;
  readonly unauthorized: ReadonlySet<number>;
  readonly busy: ReadonlySet<number>;
}

/** Developer documentation of each, as published in 2025. */
const weComAnswer: RobotAnswer = {
  codeMember: ['errcode'],
  rateLimited: new Set([45_009, 45_033]),
  unauthorized: new Set([93_000, 40_001, 40_014, 42_001]),
  busy: new Set([-1]),
};
const dingTalkAnswer: RobotAnswer = {
  codeMember: ['errcode'],
  rateLimited: new Set([130_101, 130_102, 410_100, 660_026]),
  unauthorized: new Set([310_000, 300_001, 40_014, 400_102]),
  busy: new Set([-1]),
};
const feishuAnswer: RobotAnswer = {
  codeMember: ['code', 'StatusCode'],
  rateLimited: new Set([11_232, 99_991_400]),
  unauthorized: new Set([19_001, 19_021, 19_022]),
  busy: new Set([-1, 11_233]),
};

function robotResult(answer: HttpAnswer, robot: RobotAnswer): SendResult {
  const failure = failureOfStatus(answer, (status) => status === 200);
  if (failure !== null) return failure;
  const body = parseJson(answer.text);
  const member = robot.codeMember.find((name) => body !== null && typeof body === 'object' && Object.hasOwn(body, name));
  const code = member === undefined ? undefined : (body as Readonly<Record<string, unknown>>)[member];
  if (typeof code !== 'number') return { kind: 'failed', retryable: true, reason: 'badAnswer' };
  if (code === 0) return { kind: 'sent' };
  const shown = shownCode(member ?? 'code', code);
  if (robot.rateLimited.has(code))
    return { kind: 'failed', retryable: true, reason: 'rateLimited', retryAfterMs: rateLimitedPauseMs, code: shown };
  if (robot.busy.has(code)) return { kind: 'failed', retryable: true, reason: 'unavailable', code: shown };
  if (robot.unauthorized.has(code)) return { kind: 'failed', retryable: false, reason: 'unauthorized', code: shown };
  return { kind: 'failed', retryable: false, reason: 'rejected', code: shown };
}

interface RobotDependencies {
  readonly clock: Clock;
  readonly ca: string | null;
}

async function post(
  url: string,
  body: unknown,
  message: ChannelMessage,
  robot: RobotAnswer,
  { clock, ca }: RobotDependencies,
  signal: AbortSignal,
) {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': message.idempotencyKey };
  const outcome = await sendHttp({ url, method: 'POST', headers, body: JSON.stringify(body), ca, nowMs: clock.nowMs() }, signal);
  return outcome.kind === 'failed' ? outcome : robotResult(outcome.answer, robot);
}

function withQuery(address: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

export function createWeComChannel(settings: WeComSettings, secrets: { readonly key: string }, dependencies: RobotDependencies): Channel {
  return {
    kind: 'weCom',
    send(message, signal) {
      const content = cutBytes(markdown(message, '\n'), 4_096);
      const url = withQuery(settings.url, { key: secrets.key });
      return post(url, { msgtype: 'markdown', markdown: { content } }, message, weComAnswer, dependencies, signal);
    },
  };
}

/** 加签: HMAC-SHA256 of `timestamp\nsecret` under the secret, Base64. */
export function dingTalkSign(timestampMs: number, secret: string): string {
  return createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64');
}

export function createDingTalkChannel(
  settings: DingTalkSettings,
  secrets: { readonly accessToken: string; readonly secret: string },
  dependencies: RobotDependencies,
): Channel {
  return {
    kind: 'dingTalk',
    send(message, signal) {
      const timestamp = dependencies.clock.nowMs();
      const url = withQuery(settings.url, {
        access_token: secrets.accessToken,
        timestamp: String(timestamp),
        sign: dingTalkSign(timestamp, secrets.secret),
      });
      const body = {
        msgtype: 'markdown',
        // DingTalk ends a line only at an empty one.
        markdown: { title: message.title, text: cutBytes(markdown(message, '\n\n'), 18_000) },
        at: { isAtAll: settings.mentionAll === 'critical' && message.urgency === 'critical' },
      };
      return post(url, body, message, dingTalkAnswer, dependencies, signal);
    },
  };
}

/** 签名校验: HMAC-SHA256 of nothing under `timestamp\nsecret`, Base64; seconds. */
export function feishuSign(timestampSeconds: number, secret: string): string {
  return createHmac('sha256', `${timestampSeconds}\n${secret}`).update('').digest('base64');
}

const feishuColours: Readonly<Record<AlarmPriority, string>> = { critical: 'red', high: 'orange', medium: 'yellow', low: 'blue' };

export function createFeishuChannel(
  settings: FeishuSettings,
  secrets: { readonly hook: string; readonly secret: string },
  dependencies: RobotDependencies,
): Channel {
  return {
    kind: 'feishu',
    send(message, signal) {
      const timestamp = Math.floor(dependencies.clock.nowMs() / 1_000);
      const url = `${settings.url.replace(/\/$/, '')}/${encodeURIComponent(secrets.hook)}`;
      const body = {
        timestamp: String(timestamp),
        sign: feishuSign(timestamp, secrets.secret),
        msg_type: 'interactive',
        card: feishuCard(message),
      };
      return post(url, body, message, feishuAnswer, dependencies, signal);
    },
  };
}

/** Plain text throughout: nothing in a name becomes a mention or a link. */
function feishuCard(message: ChannelMessage) {
  const plain = (content: string) => ({ tag: 'plain_text', content });
  const links = linkLines(message);
  return {
    config: { wide_screen_mode: true },
    header: { title: plain(cutBytes(message.title, 400)), template: feishuColours[message.urgency] },
    elements: [
      ...(message.text === '' ? [] : [{ tag: 'div', text: plain(cutBytes(message.text, 8_000)) }]),
      ...(message.facts.length === 0
        ? []
        : [
            {
              tag: 'div',
              fields: factLines(message).map(({ label, value }) => ({
                is_short: [...value].length <= 20,
                text: plain(`${label}\n${cutBytes(value, 1_000)}`),
              })),
            },
          ]),
      ...(links.length === 0
        ? []
        : [
            {
              tag: 'action',
              actions: links.map(({ label, url, isAction }) => ({
                tag: 'button',
                text: plain(label),
                type: isAction ? 'primary' : 'default',
                url,
              })),
            },
          ]),
    ],
  };
}
