// E-mail by SMTP: one connection a message, so that an attempt can be ended at any moment. TLS is never skipped: what was asked for is had, or the attempt fails.
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { escapeXml } from '../../../domain/notification/message-template.ts';
import type { EmailSettings } from '../../../domain/notification/notification-settings.ts';
import type { Channel, ChannelMessage, SendResult } from '../channel.ts';
import { failureOf, shownCode } from './http-request.ts';
import { factLines, linkLines, plainText } from './message-text.ts';

type SmtpError = Error & { readonly code?: unknown; readonly responseCode?: unknown; readonly originalCode?: unknown };

export function createEmailChannel(
  settings: EmailSettings,
  secrets: { readonly password: string | null },
  { ca }: { readonly ca: string | null },
): Channel {
  return {
    kind: 'email',
    async send(message, signal) {
      const address = message.recipient?.email ?? null;
      if (address === null) return { kind: 'failed', retryable: false, reason: 'noAddress' };
      const composed = new MailComposer({
        from: settings.from,
        to: address,
        subject: message.title,
        text: plainText(message),
        html: htmlOf(message),
        // The same at every attempt: mail programs show one message once.
        messageId: `<${message.idempotencyKey}@${domainOf(settings.from)}>`,
        date: new Date(message.orderedAtMs),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Gatewatch-Urgency': message.urgency },
        ...(message.urgency === 'critical' ? { priority: 'high' as const } : {}),
      }).compile();
      const connection = new SMTPConnection({
        host: settings.host,
        port: settings.port ?? { tls: 465, startTls: 587, none: 25 }[settings.security],
        secure: settings.security === 'tls',
        requireTLS: settings.security === 'startTls',
        ignoreTLS: settings.security === 'none',
        ...(ca === null ? {} : { tls: { ca } }),
        connectionTimeout: settings.attemptTimeout,
        greetingTimeout: settings.attemptTimeout,
        socketTimeout: settings.attemptTimeout,
        socketCloseTimeout: 0,
      });
      return await talk(connection, composed, settings, secrets.password, signal);
    },
  };
}

async function talk(
  connection: SMTPConnection,
  mail: ReturnType<MailComposer['compile']>,
  settings: EmailSettings,
  password: string | null,
  signal: AbortSignal,
): Promise<SendResult> {
  try {
    return await new Promise<SendResult>((resolve) => {
      let hasAuthenticated = settings.user === undefined;
      const fail = (error: SmtpError) => resolve(resultOf(error, signal, hasAuthenticated));
      signal.addEventListener('abort', () => fail(new Error('aborted')), { once: true });
      if (signal.aborted) fail(new Error('aborted'));
      connection.on('error', fail);
      connection.on('end', () => fail(new Error('closed')));
      const deliver = () => {
        hasAuthenticated = true;
        connection.send(mail.getEnvelope() as Parameters<SMTPConnection['send']>[0], mail.createReadStream(), (error, info) => {
          if (error !== null && error !== undefined) return fail(error as SmtpError);
          const reference = /\bqueued as ([\w.-]{1,40})/i.exec(info?.response ?? '')?.[1];
          resolve({ kind: 'sent', ...(reference === undefined ? {} : { reference }) });
        });
      };
      connection.connect((error) => {
        if (error !== null && error !== undefined) return fail(error as SmtpError);
        if (settings.user === undefined) return deliver();
        connection.login({ user: settings.user, pass: password ?? '' }, (refusal) =>
          refusal === null || refusal === undefined ? deliver() : fail(refusal as SmtpError),
        );
      });
    });
  } finally {
    connection.removeAllListeners('error');
    connection.on('error', () => undefined);
    connection.close();
  }
}

/** RFC 5321 4.2.1: 4yz may pass, 5yz will not. */
function resultOf(error: SmtpError, signal: AbortSignal, hasAuthenticated: boolean): SendResult {
  if (signal.aborted) return { kind: 'failed', retryable: true, reason: 'timeout' };
  const status = typeof error.responseCode === 'number' ? error.responseCode : 0;
  const code = status === 0 ? {} : { code: shownCode('SMTP', status) };
  if (error.code === 'ETLS') return { kind: 'failed', retryable: true, reason: 'tls', ...code };
  if (status >= 400 && status < 500) return { kind: 'failed', retryable: true, reason: 'unavailable', ...code };
  if (status >= 500) {
    const isOurs = !hasAuthenticated || status === 530 || status === 535 || status === 538;
    return { kind: 'failed', retryable: false, reason: isOurs ? 'unauthorized' : 'rejected', ...code };
  }
  if (error.code === 'ETIMEDOUT') return { kind: 'failed', retryable: true, reason: 'timeout' };
  if (error.code === 'EAUTH') return { kind: 'failed', retryable: false, reason: 'unauthorized' };
  if (error.code === 'EENVELOPE') return { kind: 'failed', retryable: false, reason: 'rejected' };
  // The library says ESOCKET and keeps what the socket said.
  return failureOf(Object.assign(new Error(error.message), { code: error.originalCode ?? error.code }), signal);
}

function domainOf(from: string): string {
  return /@([^\s@<>]+)>?$/.exec(from)?.[1] ?? 'gatewatch';
}

/** No picture, no script, nothing fetched: readable in every mail program. */
function htmlOf(message: ChannelMessage): string {
  const text = message.text === '' ? '' : `<p>${escapeXml(message.text).replaceAll('\n', '<br>')}</p>`;
  const rows = factLines(message)
    .map(
      ({ label, value }) => `<tr><th align="left" style="padding:2px 12px 2px 0">${escapeXml(label)}</th><td>${escapeXml(value)}</td></tr>`,
    )
    .join('');
  const links = linkLines(message)
    .map(({ label, url }) => `<p><a href="${escapeXml(url)}" style="font-size:18px">${escapeXml(label)}</a></p>`)
    .join('');
  return `<!doctype html><html lang="${message.language}"><body style="font-family:sans-serif;font-size:15px"><h2>${escapeXml(message.title)}</h2>${text}<table>${rows}</table>${links}</body></html>`;
}
