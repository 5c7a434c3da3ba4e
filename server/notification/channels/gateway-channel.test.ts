// SMS and voice gateways as they are found in the field, described in a plant file, against an HTTP server that checks what it gets by its own means.
import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type GatewaySettings, gatewaySettingsSchema } from '../../../domain/notification/notification-settings.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import { type Answer, type HttpReceiver, startHttpReceiver } from '../../../test/harness/http-receiver.ts';
import type { ChannelMessage } from '../channel.ts';
import { createGatewayChannel, gatewayRequest } from './gateway-channel.ts';
import { messageOf } from './message-fixture.ts';

const clock = new ManualClock(Date.UTC(2026, 6, 3, 0, 5, 9, 500));
const receivers: HttpReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
async function receiver(answer: Answer) {
  const started = await startHttpReceiver();
  started.answer = () => answer;
  receivers.push(started);
  return started;
}
const settingsOf = (settings: object): GatewaySettings => gatewaySettingsSchema.parse({ insecure: true, ...settings });
async function send(
  to: HttpReceiver,
  settings: object,
  secrets: Readonly<Record<string, string>> = {},
  message: ChannelMessage = messageOf(),
) {
  const given = settingsOf({ url: to.url, ...settings });
  const channel = createGatewayChannel('sms', given, secrets, { clock, ca: null, timeZone: 'Asia/Shanghai' });
  return channel.send(message, new AbortController().signal);
}
const moment = { nowMs: clock.nowMs(), timeZone: 'Asia/Shanghai', nonce: '6b1d0b0e-0000-4000-8000-000000000000' };
const render = (settings: object, secrets: Readonly<Record<string, string>>, message = messageOf()) =>
  gatewayRequest(settingsOf(settings), secrets, message, message.recipient?.mobile ?? '', moment);

describe('a value stays a value', () => {
  const hostile = messageOf({ title: 'a"b\\c\n{"x":1}&phone=1%0d%0aX: y+<z>\u0007', text: '', facts: [] });

  test('in JSON', () => {
    const request = render(
      { url: 'https://g/x', body: { json: { phone: '{{mobile}}', nested: [{ text: '短信：{{title}}' }], fixed: 7 } } },
      {},
      hostile,
    );
    expect(JSON.parse(request.body ?? '')).toEqual({ phone: '+8613800138000', nested: [{ text: `短信：${hostile.title}` }], fixed: 7 });
    expect(request.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('in JSON that stands in a JSON text', () => {
    const request = render({ url: 'https://g/x', body: { json: { TemplateParam: '{"title":"{{title|json}}"}' } } }, {}, hostile);
    expect(JSON.parse(JSON.parse(request.body ?? '').TemplateParam)).toEqual({ title: hostile.title });
  });

  test('in a form', () => {
    const request = render(
      { url: 'https://g/x', body: { form: { mobile: '{{mobileNational}}', content: '【站哨】{{title}}' } } },
      {},
      hostile,
    );
    expect([...new URLSearchParams(request.body ?? '')]).toEqual([
      ['mobile', '13800138000'],
      ['content', `【站哨】${hostile.title}`],
    ]);
  });

  test('in the address', () => {
    const request = render({ url: 'https://g/send/{{mobileNational}}?m={{mobile}}&c={{title}}#', method: 'GET' }, {}, hostile);
    const url = new URL(request.url);
    expect([url.host, url.pathname]).toEqual(['g', '/send/13800138000']);
    expect([...url.searchParams]).toEqual([
      ['m', '+8613800138000'],
      ['c', hostile.title],
    ]);
  });

  test('in a header', () => {
    const request = render({ url: 'https://g/x', headers: { 'X-Title': '{{title}}', 'X-Key': '{{key}}' } }, {}, hostile);
    expect(request.headers['x-title']).toMatch(/^[\x20-\x7e]*$/);
    expect(decodeURIComponent(request.headers['x-title'] ?? '')).toBe(hostile.title);
    expect(request.headers['x-key']).toBe(messageOf().idempotencyKey);
  });

  test('in XML', () => {
    const request = render({ url: 'https://g/x', body: { xml: '<sms><to>{{mobile}}</to><text>{{title}}</text></sms>' } }, {}, hostile);
    expect(request.body).toBe(
      '<sms><to>+8613800138000</to><text>a&quot;b\\c\n{&quot;x&quot;:1}&amp;phone=1%0d%0aX: y+&lt;z&gt;</text></sms>',
    );
  });

  test('a placeholder in a value is not filled in', () => {
    const request = render(
      { url: 'https://g/x', body: { json: { t: '{{title}}' } } },
      { token: 'shh' },
      messageOf({ title: '{{secret.token}}' }),
    );
    expect(request.body).toBe('{"t":"{{secret.token}}"}');
  });
});

describe('what a gateway answers', () => {
  const settings = {
    body: { json: { to: '{{mobile}}' } },
    success: { answer: { path: 'result.code', is: '0' } },
    retryWhen: { path: 'result.code', is: [15, 'BUSY'] },
    reference: 'result.id',
  };
  test.each<[string, Answer, object]>([
    [
      'success, as a number',
      { kind: 'answer', status: 200, body: '{"result":{"code":0,"id":"sms-77<x>"}}' },
      { kind: 'sent', reference: 'sms-77x' },
    ],
    ['success, as a text', { kind: 'answer', status: 200, body: '{"result":{"code":"0"}}' }, { kind: 'sent' }],
    [
      '200 and an error',
      { kind: 'answer', status: 200, body: '{"result":{"code":12,"msg":"+8613800138000 is black"}}' },
      { kind: 'failed', retryable: false, reason: 'rejected', code: 'result.code 12' },
    ],
    [
      '200 and later',
      { kind: 'answer', status: 200, body: '{"result":{"code":"BUSY"}}' },
      { kind: 'failed', retryable: true, reason: 'unavailable', code: 'result.code BUSY' },
    ],
    [
      '400 and later',
      { kind: 'answer', status: 400, body: '{"result":{"code":15}}' },
      { kind: 'failed', retryable: true, reason: 'rejected', code: 'HTTP 400' },
    ],
    [
      '201 where only 200 is a success',
      { kind: 'answer', status: 201, body: '{"result":{"code":0}}' },
      { kind: 'failed', retryable: false, reason: 'badAnswer', code: 'HTTP 201' },
    ],
    ['not JSON', { kind: 'answer', status: 200, body: 'OK' }, { kind: 'failed', retryable: true, reason: 'badAnswer' }],
    [
      'no such member',
      { kind: 'answer', status: 200, body: '{"__proto__":{"result":{"code":0}}}' },
      { kind: 'failed', retryable: true, reason: 'badAnswer' },
    ],
    [
      'an object where a code is expected',
      { kind: 'answer', status: 200, body: '{"result":{"code":{}}}' },
      { kind: 'failed', reason: 'rejected' },
    ],
    [
      '503',
      { kind: 'answer', status: 503, headers: { 'retry-after': '9' } },
      { kind: 'failed', retryable: true, reason: 'unavailable', retryAfterMs: 9_000 },
    ],
    ['a reset', { kind: 'reset' }, { kind: 'failed', retryable: true, reason: 'unreachable' }],
  ])('%s', async (_name, answer, expected) => {
    const to = await receiver(answer);
    const result = await send(to, settings);
    expect(result).toMatchObject(expected);
    expect(JSON.stringify(result)).not.toContain('13800138000');
    expect(to.requests[0]?.headers['idempotency-key']).toBe(messageOf().idempotencyKey);
  });

  test('a person without a number is told nothing', async () => {
    const to = await receiver({ kind: 'answer', status: 200 });
    const recipient = { username: 'w', displayName: 'w', email: 'w@x', mobile: null, language: 'zh' as const };
    expect(await send(to, settings, {}, messageOf({ recipient }))).toEqual({ kind: 'failed', retryable: false, reason: 'noAddress' });
    expect(to.requests).toHaveLength(0);
  });
});

describe('signatures that gateways ask for', () => {
  test('MD5 of account, password and time, chained (many domestic SMS gateways)', () => {
    const request = render(
      {
        url: 'https://g/sms',
        derived: [
          { name: 'inner', algorithm: 'md5', over: '{{secret.password}}' },
          { name: 'sign', algorithm: 'md5', over: 'gas{{derived.inner|upper}}{{compactTime}}' },
        ],
        body: { form: { account: 'gas', ts: '{{compactTime}}', pswd: '{{derived.sign}}', mobile: '{{mobileNational}}', msg: '{{text}}' } },
      },
      { password: 'p@ss' },
    );
    const form = new URLSearchParams(request.body ?? '');
    expect(form.get('ts')).toBe('20260703080509');
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    expect(form.get('pswd')).toBe(md5(`gas${md5('p@ss').toUpperCase()}20260703080509`));
    expect(form.get('msg')).toContain('6.42 MPa');
  });

  test('Aliyun’s RPC style: HMAC-SHA1 over the sorted, twice encoded query', () => {
    const sorted = [
      'AccessKeyId={{secret.id|url}}',
      'Action=SendSms',
      'Format=JSON',
      'PhoneNumbers={{mobileNational|url}}',
      'SignName={{station|url}}',
      'SignatureMethod=HMAC-SHA1',
      'SignatureNonce={{nonce}}',
      'SignatureVersion=1.0',
      'TemplateCode=SMS_1',
      'Timestamp={{isoTime|url}}',
      'Version=2017-05-25',
    ].join('&');
    // The second encoding is over the values that were encoded already; the fixed letters are written as they come out of it.
    const over = `GET&%2F&${sorted.replaceAll('|url}}', '|url|url}}').replaceAll('=', '%3D').replaceAll('&', '%26')}`;
    const request = render(
      {
        url: `https://dysmsapi.example/?${sorted.replaceAll('|url}}', '}}')}&Signature={{derived.sign}}`,
        method: 'GET',
        derived: [{ name: 'sign', algorithm: 'hmacSha1', over, key: '{{secret.key}}&', encoding: 'base64' }],
      },
      { id: 'ID/1', key: 'K' },
    );
    // As the gateway does it: take the query apart, sort, encode, sign.
    const parameters = [...new URL(request.url).searchParams];
    const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const canonical = parameters
      .filter(([name]) => name !== 'Signature')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .join('&');
    const expected = createHmac('sha1', 'K&')
      .update(`GET&${encode('/')}&${encode(canonical)}`)
      .digest('base64');
    expect(parameters.find(([name]) => name === 'Signature')?.[1]).toBe(expected);
    expect(parameters).toContainEqual(['SignName', '一号门站（GS-01）']);
    expect(parameters).toContainEqual(['Timestamp', '2026-07-03T00:05:09Z']);
  });

  test('Tencent’s TC3 style: a chain of HMAC-SHA256 keys and the hash of the body', () => {
    const request = render(
      {
        url: 'https://sms.example/',
        headers: {
          'X-TC-Timestamp': '{{epochSeconds}}',
          Authorization: 'TC3-HMAC-SHA256 Credential={{secret.id}}/2026-07-03/sms/tc3_request, Signature={{derived.signature}}',
        },
        body: { json: { PhoneNumberSet: ['{{mobile}}'], TemplateParamSet: ['{{station}}', '{{value}}'], Time: '{{epochSeconds|number}}' } },
        derived: [
          { name: 'bodyHash', algorithm: 'sha256', over: '{{body}}' },
          { name: 'dateKey', algorithm: 'hmacSha256', over: '2026-07-03', key: 'TC3{{secret.key}}' },
          { name: 'serviceKey', algorithm: 'hmacSha256', over: 'sms', key: '{{derived.dateKey}}', keyEncoding: 'hex' },
          {
            name: 'signature',
            algorithm: 'hmacSha256',
            over: '{{epochSeconds}}\n{{derived.bodyHash}}',
            key: '{{derived.serviceKey}}',
            keyEncoding: 'hex',
          },
        ],
      },
      { id: 'AKID', key: 'SK' },
    );
    expect(JSON.parse(request.body ?? '')).toEqual({
      PhoneNumberSet: ['+8613800138000'],
      TemplateParamSet: ['一号门站（GS-01）', '6.42 MPa'],
      Time: 1783037109,
    });
    const chain = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const bodyHash = createHash('sha256')
      .update(request.body ?? '')
      .digest('hex');
    const signature = chain(chain(chain('TC3SK', '2026-07-03'), 'sms'), `1783037109\n${bodyHash}`).toString('hex');
    expect(request.headers.authorization).toBe(`TC3-HMAC-SHA256 Credential=AKID/2026-07-03/sms/tc3_request, Signature=${signature}`);
  });
});

test('the short text holds what matters and is cut at a whole character', () => {
  const short = render(
    { url: 'https://g/x', textLength: 40, body: { json: { t: '{{text}}' } } },
    {},
    messageOf({ title: '一号门站 压力高高', text: '请处置\n😀😀' }),
  );
  expect(JSON.parse(short.body ?? '').t).toBe('一号门站 压力高高，请处置 😀😀，6.42 MPa，2026-07-03 08…');
});
