// A gateway for SMS and voice calls as a telephone company offers them, for the demo: takes messages by HTTP, keeps the newest, reaches nobody.
import http from 'node:http';
import { z } from 'zod';

const messageSchema = z.object({ to: z.string().max(20), name: z.string().max(100), text: z.string().max(2_000) });

export interface SentMessage extends z.output<typeof messageSchema> {
  readonly kind: 'sms' | 'voice';
  readonly atMs: number;
}

const messagesMax = 200;
const bodyMaxBytes = 16_384;

export interface MessageGateway {
  /** Newest first. */
  messages(): readonly SentMessage[];
  stop(): Promise<void>;
}

/** `POST /sms` and `POST /voice` with `{ to, name, text }`. */
export async function startMessageGateway(options: {
  readonly host: string;
  readonly port: number;
  readonly nowMs: () => number;
}): Promise<MessageGateway> {
  const sent: SentMessage[] = [];
  const server = http.createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const kind = request.url === '/sms' ? 'sms' : request.url === '/voice' ? 'voice' : null;
    if (kind === null || request.method !== 'POST') return answer(404, { code: 404 });
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyMaxBytes) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      try {
        const message = messageSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        sent.unshift({ kind, atMs: options.nowMs(), ...message });
        sent.length = Math.min(sent.length, messagesMax);
        answer(200, { code: 0 });
      } catch {
        answer(400, { code: 400 });
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  return {
    messages: () => sent,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
