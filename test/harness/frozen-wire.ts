// A wire between a client and a server that can be cut, or freeze: open at both ends, and nothing passes (a switch that died, a firewall that forgot).
import net, { type AddressInfo, type Socket } from 'node:net';

export interface FrozenWire {
  readonly port: number;
  /** Nothing passes any more, and nobody is told. */
  freeze(): void;
  thaw(): void;
  /** Ends every connection at once. */
  cut(): void;
  /** Ends every connection; the next ones lead to another port. */
  leadTo(port: number): void;
  stop(): Promise<void>;
}

export async function startFrozenWire(target: { readonly host: string; readonly port: number }): Promise<FrozenWire> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let { port } = target;
  const server = net.createServer((near) => {
    const far = net.connect({ host: target.host, port });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      if (isFrozen) one.pause();
      one.on('data', (chunk) => other.write(chunk));
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        // Who is cut off by a frozen wire does not hear that the other has gone.
        if (!isFrozen) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    leadTo(other) {
      port = other;
      for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
