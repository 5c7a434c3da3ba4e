// Real servers for tests: found on the machine, started on a free port with a temporary folder, stopped with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { freePorts } from '../../simulators/free-ports.ts';

/** Where the program is, or null. Also looks where Debian puts servers, which is not on everybody's PATH. */
export function findProgram(name: string, folders: readonly string[] = []): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', ...folders]) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there: look on.
    }
  }
  return null;
}

/**
 * The program, or null with one line that says so: for `test.skipIf`. With GATEWATCH_REQUIRE_SERVICES=1 a missing one throws, which fails the file.
 */
export function serviceProgram(name: string, debianPackage: string, folders: readonly string[] = []): string | null {
  const file = findProgram(name, folders);
  if (file !== null) return file;
  const advice = `${name} is not on this machine (Debian: apt-get install ${debianPackage})`;
  if (process.env.GATEWATCH_REQUIRE_SERVICES === '1') throw new Error(`${advice}; GATEWATCH_REQUIRE_SERVICES=1 wants it`);
  console.log(`SKIPPED: ${advice}`);
  return null;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export interface ServiceProcess {
  readonly child: ChildProcess;
  output(): string;
  /** SIGKILL: as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export function startService(
  program: string,
  arguments_: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  owner: { readonly uid?: number; readonly gid?: number } = {},
): ServiceProcess {
  const child = spawn(program, arguments_, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment }, ...owner });
  living.add(child);
  child.once('exit', () => living.delete(child));
  let text = '';
  const collect = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-100_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(force);
  };
  return { child, output: () => text, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts('127.0.0.1', 1);
  return port;
}

/** Asks until the answer is there; throws with the service's output where it ended or the time is over. */
export async function untilReady(service: ServiceProcess, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (service.child.exitCode !== null) throw new Error(`the service ended with ${service.child.exitCode}:\n${service.output()}`);
    if (await isReady().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`the service was not ready in time:\n${service.output()}`);
    await pass(50);
  }
}
