// Robots, webhook and gateways against HTTP servers that take down what they get, answer, fail, hang and hang up. Signatures are computed here once more,
// by WebCrypto and by hand, not by the code under test.
import { createHash, webcrypto } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import {
  dingTalkSettingsSchema,
  feishuSettingsSchema,
  webhookSettingsSchema,
  weComSettingsSchema,
} from '../../../domain/notification/notification-settings.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import { type Answer, type HttpReceiver, startHttpReceiver } from '../../../test/harness/http-receiver.ts';
import { localCertificate } from '../../../test/harness/local-certificate.ts';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import type { Channel, SendResult } from '../channel.ts';
import { messageOf } from './message-fixture.ts';
import { createDingTalkChannel, createFeishuChannel, createWeComChannel } from './robot-channels.ts';
import { createWebhookChannel } from './webhook-channel.ts';

const clock = new ManualClock(Date.UTC(2026, 6, 3, 0, 5, 9, 500));
const seconds = Math.floor(clock.nowMs() / 1_000);
const receivers: HttpReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
async function receiver(answer: Answer = { kind: 'answer', status: 200, body: '{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}' }) {
  const started = await startHttpReceiver();
  started.answer = () => answer;
  receivers.push(started);
  return started;
}

const dependencies = { clock, ca: null };
const none = { name: 'r', insecure: true };
const ref = { env: 'GATEWATCH_SECRET_X' };
const weCom = (url: string) =>
  createWeComChannel(weComSettingsSchema.parse({ ...none, url, key: ref }), { key: 'key+with/odd=chars' }, dependencies);
const dingTalk = (url: string, mentionAll: 'never' | 'critical' = 'never') =>
  createDingTalkChannel(
    dingTalkSettingsSchema.parse({ ...none, url, accessToken: ref, secret: ref, mentionAll }),
    { accessToken: 'tok', secret: 'SECabc' },
    dependencies,
  );
const feishu = (url: string) =>
  createFeishuChannel(
    feishuSettingsSchema.parse({ ...none, url, hook: ref, secret: ref }),
    { hook: 'hook-1', secret: 'shh' },
    dependencies,
  );
const webhook = (url: string, ca: string | null = null) =>
  createWebhookChannel(
    webhookSettingsSchema.parse({ ...none, url, secret: ref, headers: { 'X-Site': '7' } }),
    { secret: 'hook-secret' },
    { clock, ca },
  );

const send = (channel: Channel, message = messageOf(), signal = new AbortController().signal) => channel.send(message, signal);
const only = (from: HttpReceiver) => {
  const [request] = from.requests;
  if (request === undefined || from.requests.length > 1) throw new Error(`${from.requests.length} requests`);
  return request;
};

async function hmac(key: string, text: string): Promise<Buffer> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await webcrypto.subtle.importKey('raw', new TextEncoder().encode(key), algorithm, false, ['sign']);
  return Buffer.from(await webcrypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text)));
}

describe('webhook', () => {
  test('is signed over time and body, and carries the same key at every attempt', async () => {
    const to = await receiver();
    expect(await send(webhook(`${to.url}/in?x=1`))).toEqual({ kind: 'sent' });
    const request = only(to);
    expect(request).toMatchObject({ method: 'POST', url: '/in?x=1' });
    expect(request.headers['x-gatewatch-timestamp']).toBe(String(seconds));
    expect(request.headers['x-gatewatch-signature']).toBe(
      `v1=${(await hmac('hook-secret', `${seconds}.${request.body}`)).toString('hex')}`,
    );
    expect(request.headers['idempotency-key']).toBe(messageOf().idempotencyKey);
    expect(request.headers['x-site']).toBe('7');
    const document = JSON.parse(request.body);
    expect(document).toMatchObject({ schema: 1, id: messageOf().idempotencyKey, urgency: 'critical', title: messageOf().title });
    // A group must not be able to acknowledge in a person's name.
    expect(request.body).not.toContain('/a/AbC');
    expect(request.body).not.toContain('13800138000');
  });

  test.each<[string, Answer, Partial<SendResult>]>([
    ['204', { kind: 'answer', status: 204 }, { kind: 'sent' }],
    [
      '500',
      { kind: 'answer', status: 500, body: 'oops secret' },
      { kind: 'failed', retryable: true, reason: 'unavailable', code: 'HTTP 500' },
    ],
    [
      '503 with Retry-After in seconds',
      { kind: 'answer', status: 503, headers: { 'retry-after': '120' } },
      { kind: 'failed', retryable: true, reason: 'unavailable', code: 'HTTP 503', retryAfterMs: 120_000 },
    ],
    [
      '429 with Retry-After as a date',
      { kind: 'answer', status: 429, headers: { 'retry-after': new Date(clock.nowMs() + 30_500).toUTCString() } },
      {
        kind: 'failed',
        retryable: true,
        reason: 'rateLimited',
        code: 'HTTP 429',
        retryAfterMs: 30_500,
      },
    ],
    ['400', { kind: 'answer', status: 400 }, { kind: 'failed', retryable: false, reason: 'rejected', code: 'HTTP 400' }],
    ['401', { kind: 'answer', status: 401 }, { kind: 'failed', retryable: false, reason: 'unauthorized', code: 'HTTP 401' }],
    ['a reset', { kind: 'reset' }, { kind: 'failed', retryable: true, reason: 'unreachable' }],
    ['half an answer', { kind: 'half' }, { kind: 'failed', retryable: true, reason: 'unreachable' }],
  ])('%s', async (_name, answer, expected) => {
    const to = await receiver(answer);
    expect(await send(webhook(to.url))).toMatchObject(expected);
    expect(to.requests.length).toBe(1);
  });

  test('a redirect is not followed, not even to the same host', async () => {
    const elsewhere = await receiver();
    for (const status of [301, 302, 303, 307, 308]) {
      const to = await receiver({ kind: 'answer', status, headers: { location: `${elsewhere.url}/stolen` } });
      expect(await send(webhook(to.url))).toEqual({ kind: 'failed', retryable: false, reason: 'redirected', code: `HTTP ${status}` });
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test('nobody there', async () => {
    const to = await receiver();
    await to.stop();
    expect(await send(webhook(to.url))).toEqual({ kind: 'failed', retryable: true, reason: 'unreachable', code: 'socket ECONNREFUSED' });
  });

  test('one that hangs is left when the attempt is over, and no socket stays', async () => {
    const to = await receiver({ kind: 'hang' });
    const abort = new AbortController();
    const result = send(webhook(to.url), messageOf(), abort.signal);
    await expect.poll(() => to.requests.length).toBe(1);
    abort.abort();
    expect(await result).toEqual({ kind: 'failed', retryable: true, reason: 'timeout' });
    await expect.poll(() => to.openSockets()).toBe(0);
  });

  test('an answer without end is cut off', async () => {
    const to = await receiver({ kind: 'answer', status: 200, body: 'x'.repeat(200_000) });
    expect(await send(webhook(to.url))).toMatchObject({ kind: 'failed', reason: 'badAnswer' });
  });

  test('a certificate that nobody known has signed is refused; with its authority in the plant file it holds', async () => {
    const { cert, key } = await localCertificate(temporaryFolder());
    const to = await startHttpReceiver({ tls: { cert, key } });
    receivers.push(to);
    expect(await send(webhook(to.url))).toMatchObject({ kind: 'failed', retryable: true, reason: 'tls' });
    expect(to.requests.length).toBe(0);
    expect(await send(webhook(to.url, cert))).toEqual({ kind: 'sent' });
  });
});

describe('WeCom', () => {
  test('sends Markdown with the robot’s key, and no name becomes a link', async () => {
    const to = await receiver();
    expect(await send(weCom(`${to.url}/cgi-bin/webhook/send`))).toEqual({ kind: 'sent' });
    const request = only(to);
    expect(new URL(request.url, to.url).searchParams.get('key')).toBe('key+with/odd=chars');
    const body = JSON.parse(request.body);
    expect(body.msgtype).toBe('markdown');
    const { content } = body.markdown as { content: string };
    expect(content).toContain('### ［点我］(http://evil.example) 门站进口压力高高');
    expect(content).toContain('> **数值**：6.42 MPa');
    expect(content).toContain('[确认报警](https://gatewatch.gas.example/a/AbC-123_)');
    expect(content).toContain('＜at id=all＞');
    expect(content).not.toContain('[点我](');
    expect(content).not.toContain('<');
  });

  test('a long text is cut to 4,096 bytes at a whole character', async () => {
    const to = await receiver();
    await send(weCom(to.url), messageOf({ text: '压力😀'.repeat(1_000) }));
    const { content } = JSON.parse(only(to).body).markdown as { content: string };
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(content)).toBeGreaterThan(4_080);
    expect(content.isWellFormed()).toBe(true);
  });
});

describe('DingTalk', () => {
  test('is signed in its documented way', async () => {
    const to = await receiver();
    expect(await send(dingTalk(`${to.url}/robot/send`))).toEqual({ kind: 'sent' });
    const request = only(to);
    const parameters = new URL(request.url, to.url).searchParams;
    expect(parameters.get('access_token')).toBe('tok');
    expect(parameters.get('timestamp')).toBe(String(clock.nowMs()));
    expect(parameters.get('sign')).toBe((await hmac('SECabc', `${clock.nowMs()}\nSECabc`)).toString('base64'));
    // A plus sign in Base64 must not arrive as a space.
    expect(request.url).not.toContain('+');
    expect(JSON.parse(request.body)).toMatchObject({ msgtype: 'markdown', markdown: { title: messageOf().title }, at: { isAtAll: false } });
  });

  test('mentions everybody only for what is critical, where the plant file says so', async () => {
    const to = await receiver();
    await send(dingTalk(to.url, 'critical'));
    await send(dingTalk(to.url, 'critical'), messageOf({ urgency: 'high' }));
    expect(to.requests.map(({ body }) => JSON.parse(body).at.isAtAll)).toEqual([true, false]);
  });
});

describe('Feishu', () => {
  test('is signed in its documented way and sends a card in plain text', async () => {
    const to = await receiver();
    expect(await send(feishu(`${to.url}/open-apis/bot/v2/hook/`))).toEqual({ kind: 'sent' });
    const request = only(to);
    expect(request.url).toBe('/open-apis/bot/v2/hook/hook-1');
    const body = JSON.parse(request.body);
    expect(body).toMatchObject({
      timestamp: String(seconds),
      sign: (await hmac(`${seconds}\nshh`, '')).toString('base64'),
      msg_type: 'interactive',
    });
    expect(body.card.header).toMatchObject({ template: 'red', title: { tag: 'plain_text', content: messageOf().title } });
    expect(JSON.stringify(body.card)).not.toContain('lark_md');
    expect(JSON.stringify(body.card)).toContain('https://gatewatch.gas.example/a/AbC-123_');
  });
});

describe('a robot that answers 200 and an error', () => {
  const cases: readonly [string, (url: string) => Channel, string, Partial<SendResult>][] = [
    [
      'WeCom: unknown robot',
      weCom,
      '{"errcode":93000,"errmsg":"invalid webhook url, hint: [123] secret"}',
      { kind: 'failed', retryable: false, reason: 'unauthorized', code: 'errcode 93000' },
    ],
    ['WeCom: too fast', weCom, '{"errcode":45009}', { kind: 'failed', retryable: true, reason: 'rateLimited', retryAfterMs: 60_000 }],
    ['WeCom: busy', weCom, '{"errcode":-1}', { kind: 'failed', retryable: true, reason: 'unavailable' }],
    [
      'WeCom: anything else',
      weCom,
      '{"errcode":40058,"errmsg":"x"}',
      { kind: 'failed', retryable: false, reason: 'rejected', code: 'errcode 40058' },
    ],
    [
      'DingTalk: wrong signature',
      dingTalk,
      '{"errcode":310000,"errmsg":"sign not match"}',
      { kind: 'failed', retryable: false, reason: 'unauthorized' },
    ],
    ['DingTalk: too fast', dingTalk, '{"errcode":130101}', { kind: 'failed', retryable: true, reason: 'rateLimited' }],
    [
      'Feishu: wrong signature',
      feishu,
      '{"code":19021,"msg":"sign match fail"}',
      { kind: 'failed', retryable: false, reason: 'unauthorized' },
    ],
    ['Feishu: too fast', feishu, '{"code":11232}', { kind: 'failed', retryable: true, reason: 'rateLimited' }],
    ['Feishu: old success', feishu, '{"StatusCode":0,"StatusMessage":"success"}', { kind: 'sent' }],
    ['Feishu: bad request', feishu, '{"code":9499}', { kind: 'failed', retryable: false, reason: 'rejected', code: 'code 9499' }],
    ['WeCom: a page instead of JSON', weCom, '<html>proxy login</html>', { kind: 'failed', retryable: true, reason: 'badAnswer' }],
    ['DingTalk: no code at all', dingTalk, '{}', { kind: 'failed', retryable: true, reason: 'badAnswer' }],
    ['Feishu: null', feishu, 'null', { kind: 'failed', retryable: true, reason: 'badAnswer' }],
  ];
  test.each(cases)('%s', async (_name, create, body, expected) => {
    const to = await receiver({ kind: 'answer', status: 200, body });
    const result = await send(create(to.url));
    expect(result).toMatchObject(expected);
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

test('the independent computations agree with a value worked out elsewhere', async () => {
  // RFC 4231, test case 2.
  expect((await hmac('Jefe', 'what do ya want for nothing?')).toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  expect(createHash('sha256').update('abc').digest('hex')).toMatch(/^ba7816bf/);
});
