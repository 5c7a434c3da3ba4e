// Ports for servers whose addresses must be written down before they listen. Between the look and the use nobody else should take them by chance, so they lie
// below those that systems hand out by themselves (from 32768 on Linux, 49152 elsewhere), and each process begins at a place of its own and never looks back.
import net from 'node:net';

const first = 12_000;
const blocks = 300;
const blockPorts = 64;
const end = first + blocks * blockPorts;

let next = first + (process.pid % blocks) * blockPorts;

/** Free at this moment. */
export async function freePorts(host: string, count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let looked = 0; found.length < count; looked += 1) {
    if (looked === end - first) throw new Error(`no ${count} free ports from ${first} to ${end} at ${host}`);
    const port = next;
    next = next + 1 === end ? first : next + 1;
    if (await isFree(host, port)) found.push(port);
  }
  return found;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}
