// Gatewatch as its users run it: the real executable in a process of its own, with a data folder of its own and any free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const startLimitMs = 60_000;
const stopLimitMs = 15_000;

export interface GatewatchProcess {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** Scenario page of the simulators, or null. */
  readonly controlUrl: string | null;
  /** One-time password that a real plant prints at its first start. */
  readonly firstPassword: string | null;
  /** Everything printed so far, both streams. */
  output(): string;
  /** SIGTERM, then the exit code; kills and throws where it takes too long. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing gets to tidy up. */
  kill(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** `program`: the folder of another version. */
function spawnGatewatch(arguments_: readonly string[], environment: Readonly<Record<string, string>>, program = root) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(program, 'gatewatch.ts'), ...arguments_], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  let text = '';
  const listeners = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const until = <T>(find: (output: string) => T | null): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (error: Error | null, found?: T) => {
        clearTimeout(timer);
        listeners.delete(look);
        child.off('exit', ended);
        if (error === null) resolve(found as T);
        else reject(error);
      };
      const look = () => {
        const found = find(text);
        if (found !== null) finish(null, found);
      };
      const ended = (code: number | null, signal: string | null) =>
        finish(new Error(`gatewatch ${arguments_.join(' ')} ended (${code ?? signal}) before it was ready:\n${text}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        finish(new Error(`gatewatch ${arguments_.join(' ')} was not ready within ${startLimitMs} ms:\n${text}`));
      }, startLimitMs);
      listeners.add(look);
      child.once('exit', ended);
      look();
    });
  return { child, output: () => text, until };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

interface StartOptions {
  readonly command?: 'run' | 'server';
  readonly dataDir: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

function argumentsOf(options: StartOptions): string[] {
  const arguments_ = [options.command ?? 'run', '--data-dir', options.dataDir, '--log-level', 'warn', ...(options.arguments ?? [])];
  if (!arguments_.includes('--http-port')) arguments_.push('--http-port', '0');
  if (options.command !== 'server' && !arguments_.includes('--simulator-control-port')) arguments_.push('--simulator-control-port', '0');
  return arguments_;
}

/** SIGKILL somewhere between its first instruction and a while after it is ready. */
export async function killWhileStarting(options: StartOptions, afterMs: number): Promise<void> {
  const { child } = spawnGatewatch(argumentsOf(options), options.environment ?? {});
  await pass(afterMs);
  child.kill('SIGKILL');
  await exitOf(child);
}

/** `gatewatch run …` (or `server …`), ready when its welcome has been printed. */
export async function startGatewatch(options: StartOptions): Promise<GatewatchProcess> {
  const { child, output, until } = spawnGatewatch(argumentsOf(options), options.environment ?? {});
  const welcome = await until((text) => /Gatewatch 站哨\s+(http:\S+)[\s\S]*Ctrl-C stops everything/.exec(text));
  return {
    child,
    address: welcome[1] as string,
    controlUrl: /Make something happen: (\S+)/.exec(welcome[0])?.[1] ?? null,
    firstPassword: /First administrator: admin \/ (\S+)/.exec(welcome[0])?.[1] ?? null,
    output,
    stop: () => stopChild(child, output),
    kill: async () => {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
}

/** `gatewatch server …` beside another on the same PostgreSQL: ready when it says that it stands by or that it is in charge. */
export async function startOneOfServers(options: {
  readonly port: number;
  readonly dataDir: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of another version. */
  readonly program?: string | undefined;
}): Promise<
  Omit<GatewatchProcess, 'controlUrl' | 'firstPassword'> & { readonly isInCharge: boolean; readonly firstPassword: () => string | null }
> {
  const { child, output, until } = spawnGatewatch(
    ['server', '--data-dir', options.dataDir, '--log-level', 'warn', '--http-port', String(options.port), ...options.arguments],
    options.environment ?? {},
    options.program,
  );
  const isInCharge = await until((text) => {
    if (/Ctrl-C stops everything/.test(text)) return true;
    return /standing by; in charge is http/.test(text) ? false : null;
  });
  return {
    child,
    address: `http://127.0.0.1:${options.port}`,
    isInCharge,
    firstPassword: () => /First administrator: admin \/ (\S+)/.exec(output())?.[1] ?? null,
    output,
    stop: () => stopChild(child, output),
    kill: async () => {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
}

export interface SimulatorsProcess {
  readonly plantFile: string;
  readonly controlUrl: string;
  /** Secrets that the plant file names. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<number | null>;
}

/** `gatewatch simulate`: the demo plant's devices, which go on while the monitor is killed and started again. */
export async function startSimulatorsProcess(folder: string, arguments_: readonly string[] = []): Promise<SimulatorsProcess> {
  const plantFile = path.join(folder, 'demo-plant.yaml');
  const { child, output, until } = spawnGatewatch(
    ['simulate', '--plant-out', plantFile, '--data-dir', path.join(folder, 'simulators'), '--control-port', '0', ...arguments_],
    {},
  );
  const ready = await until((text) => {
    const line = text.split('\n').find((candidate) => candidate.startsWith('{"ready"') && candidate.endsWith('}'));
    return line === undefined ? null : (JSON.parse(line) as { controlUrl: string; environment: Record<string, string> });
  });
  return { plantFile, controlUrl: ready.controlUrl, environment: ready.environment, stop: () => stopChild(child, output) };
}

export interface CollectorProcess {
  readonly child: ChildProcess;
  output(): string;
  /** Until it has printed something that matches. */
  until(pattern: RegExp): Promise<void>;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

/** `gatewatch collector …`, ready when it says that it runs. */
export async function startCollectorProcess(options: {
  readonly dataDir: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of another version. */
  readonly program?: string | undefined;
}): Promise<CollectorProcess> {
  const { child, output, until } = spawnGatewatch(
    ['collector', '--data-dir', options.dataDir, '--log-level', 'warn', ...options.arguments],
    options.environment ?? {},
    options.program,
  );
  const untilPrinted = (pattern: RegExp) => until((text) => (pattern.test(text) ? true : null)).then(() => undefined);
  await untilPrinted(/^collector (process )?\S+ is running$/m);
  return {
    child,
    output,
    until: untilPrinted,
    stop: () => stopChild(child, output),
    kill: async () => {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
}

/** Runs a command that ends by itself. */
export async function runGatewatch(arguments_: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnGatewatch(arguments_, {});
  const code = await exitOf(child);
  return { code, output: output() };
}

async function stopChild(child: ChildProcess, output: () => string): Promise<number | null> {
  const force = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  child.kill('SIGTERM');
  const code = await exitOf(child);
  clearTimeout(force);
  if (child.signalCode === 'SIGKILL') throw new Error(`gatewatch did not stop within ${stopLimitMs} ms:\n${output()}`);
  return code;
}
