// A real SMTP server that a test starts: takes mail, refuses it now or for ever, hangs or hangs up, in whichever phase it is told.
import type net from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  readonly isSecure: boolean;
  /** The whole message as it came. */
  readonly text: string;
}

export type MailPhase = 'connect' | 'auth' | 'mailFrom' | 'rcptTo' | 'data';
export type MailAnswer =
  | { readonly kind: 'take' }
  | { readonly kind: 'refuse'; readonly code: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' };

export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  answer: (phase: MailPhase) => MailAnswer;
  openSockets(): number;
  stop(): Promise<void>;
}

export async function startMailServer(
  options: {
    readonly port?: number;
    readonly tls?: { readonly cert: string; readonly key: string };
    /** From the first byte, instead of STARTTLS. */
    readonly isSecure?: boolean;
    readonly lacksStartTls?: boolean;
    readonly credentials?: { readonly user: string; readonly password: string };
  } = {},
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const step = (phase: MailPhase, go: (error?: Error) => void) => {
    const answer = mail.answer(phase);
    if (answer.kind === 'take') go();
    if (answer.kind === 'refuse') go(Object.assign(new Error('as the test wants it'), { responseCode: answer.code }));
    if (answer.kind === 'drop') for (const connection of server.connections) connection.close();
  };
  const server = new SMTPServer({
    secure: options.isSecure ?? false,
    ...(options.tls ?? {}),
    logger: false,
    disableReverseLookup: true,
    authOptional: options.credentials === undefined,
    ...(options.lacksStartTls === true ? { disabledCommands: ['STARTTLS'] } : {}),
    allowInsecureAuth: true,
    closeTimeout: 100,
    onConnect: (_session, callback) => step('connect', callback),
    onAuth: (auth, _session, callback) =>
      step('auth', (error) => {
        if (error !== undefined) return callback(error, undefined as never);
        const isRight = auth.username === options.credentials?.user && auth.password === options.credentials?.password;
        if (isRight) callback(null, { user: auth.username ?? '' });
        else callback(Object.assign(new Error('wrong'), { responseCode: 535 }), undefined as never);
      }),
    onMailFrom: (_address, _session, callback) => step('mailFrom', callback),
    onRcptTo: (_address, _session, callback) => step('rcptTo', callback),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        step('data', (error) => {
          if (error !== undefined) return callback(error);
          mails.push({
            from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
            to: session.envelope.rcptTo.map(({ address }) => address),
            user: session.user ?? null,
            isSecure: session.secure,
            text: Buffer.concat(chunks).toString('utf8'),
          });
          callback(null);
        }),
      );
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const mail: MailServer = {
    port: (server.server.address() as net.AddressInfo).port,
    mails,
    answer: () => ({ kind: 'take' }),
    openSockets: () => server.connections.size,
    // By its own hand: to destroy the plain socket under a connection that went over to TLS ends the process (Node 24.21).
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return mail;
}

/** All parts of a message, quoted-printable or Base64 undone by hand: not by the library that wrote it. */
export function mailBody(text: string): string {
  return text
    .split(/\r\n--/)
    .map((part) => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const body = rest.join('\r\n\r\n');
      if (/base64/i.test(head)) return Buffer.from(body.replaceAll(/\s/g, ''), 'base64').toString('utf8');
      const bytes = body
        .replaceAll('=\r\n', '')
        .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      return Buffer.from(bytes, 'latin1').toString('utf8');
    })
    .join('\n');
}
