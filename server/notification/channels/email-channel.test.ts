// E-mail against a real SMTP server that takes, refuses for now, refuses for ever, hangs and hangs up in every phase, and comes back.
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { emailSettingsSchema } from '../../../domain/notification/notification-settings.ts';
import { localCertificate } from '../../../test/harness/local-certificate.ts';
import { type MailAnswer, type MailPhase, type MailServer, mailBody, startMailServer } from '../../../test/harness/mail-server.ts';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import type { ChannelMessage, SendResult } from '../channel.ts';
import { createEmailChannel } from './email-channel.ts';
import { messageOf } from './message-fixture.ts';

const folder = temporaryFolder();
let certificate: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  certificate = await localCertificate(folder);
});
const servers: MailServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
async function mailServer(options: Parameters<typeof startMailServer>[0] = {}) {
  const server = await startMailServer(options);
  servers.push(server);
  return server;
}

const credentials = { user: 'gatewatch', password: 'pass-word-1' };
function channelTo(
  port: number,
  options: { readonly settings?: object; readonly password?: string | null; readonly ca?: string | null } = {},
) {
  const settings = emailSettingsSchema.parse({
    host: '127.0.0.1',
    port,
    security: 'none',
    insecure: true,
    from: '站哨 <gatewatch@gas.example>',
    ...options.settings,
  });
  return createEmailChannel(settings, { password: options.password ?? null }, { ca: options.ca ?? null });
}
const send = (
  port: number,
  options: Parameters<typeof channelTo>[1] = {},
  message: ChannelMessage = messageOf(),
  signal = new AbortController().signal,
) => channelTo(port, options).send(message, signal);

describe('a mail', () => {
  test('has one message id at every attempt, plain text and harmless HTML, and nobody’s own header', async () => {
    const server = await mailServer();
    const message = messageOf({ title: '压力高\r\nBcc: thief@evil.example' });
    expect(await send(server.port, {}, message)).toMatchObject({ kind: 'sent' });
    expect(await send(server.port, {}, message)).toMatchObject({ kind: 'sent' });
    expect(server.mails).toHaveLength(2);
    const [first, second] = server.mails;
    expect(first).toMatchObject({ from: 'gatewatch@gas.example', to: ['wang@gas.example'] });
    const idOf = (text = '') => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim();
    expect(idOf(first?.text)).toBe('<0b9f6a52-7f5e-4a43-9d0e-3c8b2e7a1d11@gas.example>');
    expect(idOf(second?.text)).toBe(idOf(first?.text));
    const head = first?.text.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^Bcc:/im);
    expect(head).toMatch(/^Auto-Submitted: auto-generated/im);
    expect(head).toMatch(/^X-Gatewatch-Urgency: critical/im);
    const body = mailBody(first?.text ?? '');
    expect(body).toContain('数值：6.42 MPa');
    expect(body).toContain('https://gatewatch.gas.example/a/AbC-123_');
    expect(body).toContain('关阀 &amp; &quot;通知&quot;');
    expect(body).toContain('请立即处置 &lt;at id=all&gt;&lt;/at&gt;');
    expect(body.slice(body.indexOf('<!doctype'))).not.toContain('<at id');
  });

  test('goes nowhere where the person has no address', async () => {
    const server = await mailServer();
    const recipient = { username: 'w', displayName: 'w', email: null, mobile: null, language: 'zh' as const };
    expect(await send(server.port, {}, messageOf({ recipient }))).toEqual({ kind: 'failed', retryable: false, reason: 'noAddress' });
    expect(server.openSockets()).toBe(0);
  });
});

describe('the server', () => {
  const at =
    (phase: MailPhase, answer: MailAnswer) =>
    (asked: MailPhase): MailAnswer =>
      asked === phase ? answer : { kind: 'take' };
  const unavailable = (code: number): Partial<SendResult> => ({
    kind: 'failed',
    retryable: true,
    reason: 'unavailable',
    code: `SMTP ${code}`,
  });
  test.each<[string, MailPhase, MailAnswer, Partial<SendResult>]>([
    ['is full at the greeting', 'connect', { kind: 'refuse', code: 421 }, unavailable(421)],
    ['greylists the recipient', 'rcptTo', { kind: 'refuse', code: 451 }, unavailable(451)],
    ['is over quota after the data', 'data', { kind: 'refuse', code: 452 }, unavailable(452)],
    [
      'knows no such recipient',
      'rcptTo',
      { kind: 'refuse', code: 550 },
      { kind: 'failed', retryable: false, reason: 'rejected', code: 'SMTP 550' },
    ],
    [
      'takes the sender for spam',
      'mailFrom',
      { kind: 'refuse', code: 553 },
      { kind: 'failed', retryable: false, reason: 'rejected', code: 'SMTP 553' },
    ],
    [
      'takes the text for spam',
      'data',
      { kind: 'refuse', code: 554 },
      { kind: 'failed', retryable: false, reason: 'rejected', code: 'SMTP 554' },
    ],
    ['hangs up at the greeting', 'connect', { kind: 'drop' }, { kind: 'failed', retryable: true, reason: 'unreachable' }],
    ['hangs up in the middle', 'rcptTo', { kind: 'drop' }, { kind: 'failed', retryable: true, reason: 'unreachable' }],
    [
      'hangs up when it has everything and has not said so',
      'data',
      { kind: 'drop' },
      { kind: 'failed', retryable: true, reason: 'unreachable' },
    ],
  ])('%s; then it takes the mail', async (_name, phase, answer, expected) => {
    const server = await mailServer();
    server.answer = at(phase, answer);
    expect(await send(server.port)).toMatchObject(expected);
    expect(server.mails).toHaveLength(0);
    await expect.poll(() => server.openSockets()).toBe(0);
    server.answer = () => ({ kind: 'take' });
    expect(await send(server.port)).toMatchObject({ kind: 'sent' });
    expect(server.mails).toHaveLength(1);
  });

  test.each<MailPhase>(['connect', 'mailFrom', 'rcptTo', 'data'])(
    'hangs at %s: the attempt ends when it is told to, and no socket stays',
    async (phase) => {
      const server = await mailServer();
      let isHanging = false;
      server.answer = (asked) => {
        if (asked !== phase) return { kind: 'take' };
        isHanging = true;
        return { kind: 'hang' };
      };
      const abort = new AbortController();
      const result = send(server.port, {}, messageOf(), abort.signal);
      await expect.poll(() => isHanging).toBe(true);
      abort.abort();
      expect(await result).toEqual({ kind: 'failed', retryable: true, reason: 'timeout' });
      await expect.poll(() => server.openSockets()).toBe(0);
    },
  );

  test('is away, and comes back at the same port', async () => {
    const first = await mailServer();
    const { port } = first;
    await first.stop();
    expect(await send(port)).toMatchObject({ kind: 'failed', retryable: true, reason: 'unreachable' });
    const again = await mailServer({ port });
    expect(await send(port)).toMatchObject({ kind: 'sent' });
    expect(again.mails).toHaveLength(1);
  });
});

describe('sign-in and TLS', () => {
  const tls = (security: 'tls' | 'startTls') => ({
    settings: { security, insecure: false, user: credentials.user, password: { env: 'GATEWATCH_SECRET_SMTP' } },
    password: credentials.password,
  });

  test.each(['tls', 'startTls'] as const)('%s with the authority from the plant file, signed in', async (security) => {
    const server = await mailServer({ tls: certificate, isSecure: security === 'tls', credentials });
    expect(await send(server.port, { ...tls(security), ca: certificate.cert })).toMatchObject({ kind: 'sent' });
    expect(server.mails).toMatchObject([{ user: 'gatewatch', isSecure: true }]);
  });

  test.each(['tls', 'startTls'] as const)(
    '%s with a certificate that nobody known has signed: nothing is said, no password either',
    async (security) => {
      const server = await mailServer({ tls: certificate, isSecure: security === 'tls', credentials });
      let asked = 0;
      server.answer = (phase) => {
        if (phase !== 'connect') asked += 1;
        return { kind: 'take' };
      };
      expect(await send(server.port, tls(security))).toMatchObject({ kind: 'failed', retryable: true, reason: 'tls' });
      expect({ asked, mails: server.mails.length }).toEqual({ asked: 0, mails: 0 });
    },
  );

  test('a server that offers no STARTTLS where it was asked for gets neither password nor mail', async () => {
    const server = await mailServer({ lacksStartTls: true, credentials });
    let hasAuthenticated = false;
    server.answer = (phase) => {
      if (phase === 'auth') hasAuthenticated = true;
      return { kind: 'take' };
    };
    expect(await send(server.port, { ...tls('startTls'), ca: certificate.cert })).toMatchObject({ kind: 'failed', reason: 'tls' });
    expect({ hasAuthenticated, mails: server.mails.length }).toEqual({ hasAuthenticated: false, mails: 0 });
  });

  test('a wrong password is told as such and not tried again', async () => {
    const server = await mailServer({ tls: certificate, isSecure: true, credentials });
    const result = await send(server.port, { ...tls('tls'), password: 'another', ca: certificate.cert });
    expect(result).toEqual({ kind: 'failed', retryable: false, reason: 'unauthorized', code: 'SMTP 535' });
  });

  test('a sign-in that is refused for now is tried again', async () => {
    const server = await mailServer({ tls: certificate, isSecure: true, credentials });
    server.answer = (phase) => (phase === 'auth' ? { kind: 'refuse', code: 454 } : { kind: 'take' });
    const result = await send(server.port, { ...tls('tls'), ca: certificate.cert });
    expect(result).toMatchObject({ kind: 'failed', retryable: true, reason: 'unavailable', code: 'SMTP 454' });
  });
});
