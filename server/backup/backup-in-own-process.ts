// Runs `gatewatch backup` as a child at low priority and waits for its end.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** Null when it is done; else what it said. The program is ended with this one. */
export function backupInOwnProcess(program: string, parameters: readonly string[]): Promise<string | null> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'backup', ...parameters], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: withoutBackupSettings(),
  });
  const end = () => child.kill();
  process.once('exit', end);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2_000);
  });
  return new Promise((resolve) => {
    const settle = (reason: string | null) => {
      process.removeListener('exit', end);
      resolve(reason);
    };
    child.once('error', (error) => settle(error.message));
    child.once('close', (code) => settle(code === 0 ? null : said.trim() || `it ended with code ${code}`));
    if (child.pid === undefined) return;
    try {
      setPriority(child.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // A machine that does not allow it makes the backup all the same.
    }
  });
}

/** What this process was told of its data folder comes by the parameters. */
function withoutBackupSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GATEWATCH_(DATA_DIR|JOURNAL|HISTORIAN|BACKUP_.*)$/.test(name)),
  );
}
