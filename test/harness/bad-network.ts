// A network between a phone and the server that can be bad: cut, or losing answers after the server has acted on the request. Passes HTTP and
// WebSockets on otherwise, and lets a test change a file on its way, to play a new version of the app.
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface PassedRequest {
  readonly method: string;
  readonly path: string;
  readonly wasAnswerLost: boolean;
}

export class BadNetwork {
  readonly #target: URL;
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #losesAnswersTo: RegExp | null = null;
  #change: { readonly path: string; readonly text: string } | null = null;
  /** What reached the server, but reading. */
  readonly passed: PassedRequest[] = [];

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = http.createServer((request, response) => this.#pass(request, response));
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(target: string): Promise<BadNetwork> {
    const network = new BadNetwork(target);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** The server acts on what is posted to these paths, and its answer is lost on the way; null for no longer. */
  loseAnswersTo(path: RegExp | null): void {
    this.#losesAnswersTo = path;
  }

  /** From now on this file has some text more at its end. */
  appendTo(path: string, text: string): void {
    this.#change = { path, text };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => void this.#sockets.delete(socket));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isCut) {
      request.socket.destroy();
      return;
    }
    const { method = 'GET', url: path = '/' } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    const change = this.#change?.path === path ? this.#change : null;
    const headers = { ...request.headers };
    if (change !== null) delete headers['accept-encoding'];
    const outgoing = http.request(new URL(path, this.#target), { method, headers }, (incoming) => {
      const losesAnswer = !isRead && this.#losesAnswersTo?.test(path) === true;
      if (!isRead) this.passed.push({ method, path, wasAnswerLost: losesAnswer });
      if (losesAnswer) {
        incoming.resume();
        request.socket.destroy();
        return;
      }
      const answerHeaders = { ...incoming.headers };
      if (change !== null) delete answerHeaders['content-length'];
      response.writeHead(incoming.statusCode ?? 502, answerHeaders);
      incoming.pipe(response, { end: change === null });
      if (change !== null) incoming.on('end', () => response.end(change.text));
    });
    outgoing.on('error', () => request.socket.destroy());
    request.pipe(outgoing);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    const upstream = net.connect(Number(this.#target.port), this.#target.hostname, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let index = 0; index < request.rawHeaders.length; index += 2)
        lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    this.#keep(upstream);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  }
}
