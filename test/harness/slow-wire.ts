// A wire that lets only so many bytes a second through from server to client: a phone at the edge of its network.
import net, { type AddressInfo, type Socket } from 'node:net';

const stepMs = 100;

export async function startSlowWire(
  target: { readonly host: string; readonly port: number },
  bytesPerSecond: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const most = Math.max(1, Math.floor((bytesPerSecond * stepMs) / 1_000));
  const server = net.createServer((near) => {
    // What the wire has not passed on stays with the sender, but for the little that fits in here.
    const far = net.connect(target);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        clearInterval(timer);
        timers.delete(timer);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => far.write(chunk));
    far.pause();
    const timer = setInterval(() => {
      const chunk = far.read(Math.min(most, far.readableLength)) as Buffer | null;
      if (chunk !== null && chunk.length > 0) near.write(chunk);
    }, stepMs);
    timers.add(timer);
    // `read` in place of `data`: nothing is taken from the socket faster than it is passed on.
    far.on('readable', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearInterval(timer);
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
