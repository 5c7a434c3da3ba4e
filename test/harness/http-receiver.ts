// An HTTP server that a test starts as the other side: takes down what it was sent and answers, fails, hangs or hangs up as it is told.
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers; the connection stays open. */
  | { readonly kind: 'hang' }
  /** Cuts the connection when the request has been read. */
  | { readonly kind: 'reset' }
  /** Sends the head and half of a body, then cuts. */
  | { readonly kind: 'half' };

export interface HttpReceiver {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Asked for each request, in order. */
  answer: (request: ReceivedRequest, number: number) => Answer;
  openSockets(): number;
  stop(): Promise<void>;
}

export async function startHttpReceiver(
  options: { readonly port?: number; readonly tls?: { readonly cert: string; readonly key: string } } = {},
): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<net.Socket>();
  const onRequest = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      const answer = receiver.answer(request, requests.length);
      if (answer.kind === 'answer') outgoing.writeHead(answer.status, answer.headers).end(answer.body ?? '');
      if (answer.kind === 'reset') incoming.socket.resetAndDestroy();
      if (answer.kind === 'half') {
        outgoing.writeHead(200, { 'content-length': '1000' });
        outgoing.write('{"errcode":0', () => incoming.socket.destroy());
      }
    });
  };
  const server = options.tls === undefined ? http.createServer(onRequest) : https.createServer(options.tls, onRequest);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const receiver: HttpReceiver = {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    requests,
    answer: () => ({ kind: 'answer', status: 200 }),
    openSockets: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
