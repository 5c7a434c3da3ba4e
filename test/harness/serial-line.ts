// A serial port of this machine whose other end is a TCP port: a pseudo terminal by `socat`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';

export async function startSerialLine(
  socat: string,
  folder: string,
  tcpPort: number,
): Promise<{ readonly path: string; stop(): Promise<void> }> {
  const port = path.join(folder, 'tty');
  const child = spawn(socat, [`PTY,link=${port},raw,echo=0`, `TCP:127.0.0.1:${tcpPort}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (part: Buffer) => {
    told += part.toString();
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  for (let tries = 0; !existsSync(port); tries += 1) {
    if (tries === 200 || child.exitCode !== null) {
      await stop();
      throw new Error(`no serial line: ${told}`);
    }
    await pass(25);
  }
  return { path: port, stop };
}
