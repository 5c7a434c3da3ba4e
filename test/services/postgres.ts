// A real PostgreSQL for tests, on a free port with a temporary data folder. PostgreSQL refuses to run as root: there it runs as the user that Debian's package makes.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import pg from 'pg';
import { must, run } from '../harness/run-command.ts';
import { freePort, type ServiceProcess, serviceProgram, startService } from './service.ts';

const debianFolder = '/usr/lib/postgresql';

/** The server program, or null with a printed line where it is not there. */
export function postgresProgram(): string | null {
  return serviceProgram('initdb', 'postgresql', folders()) === null ? null : serviceProgram('postgres', 'postgresql', folders());
}

/** Copies a running server, or null as above. */
export const baseBackupProgram = () => serviceProgram('pg_basebackup', 'postgresql-client', folders());

/** Newest first, where Debian puts what is not on anybody's PATH. */
function folders(): readonly string[] {
  try {
    return readdirSync(debianFolder)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => path.join(debianFolder, version, 'bin'));
  } catch {
    return [];
  }
}

export interface Postgres {
  /** `postgres://gatewatch@127.0.0.1:PORT/postgres` */
  readonly url: string;
  query(statement: string): Promise<void>;
  /** Its process, whose children are of it too. */
  readonly pid: number;
  /** SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again with what is on its disk. */
  start(): Promise<void>;
  /** A second one that follows this one; from now on a commit here counts only when it is on the disk there too. */
  follower(): Promise<Postgres>;
  /** One that followed goes on by itself. */
  promote(): Promise<void>;
  /** Stops it and removes what it wrote. */
  remove(): Promise<void>;
}

/** `isDurable: false` for tests that kill nothing: it does not wait for the disk. `place`: where its folder is made. */
export async function startPostgres(options: { readonly isDurable: boolean; readonly place?: string }): Promise<Postgres> {
  const { isDurable, place = tmpdir() } = options;
  const initdb = serviceProgram('initdb', 'postgresql', folders());
  const program = postgresProgram();
  if (program === null || initdb === null) throw new Error('look with postgresProgram() first');
  const owner = process.getuid?.() === 0 ? postgresUser() : {};
  const folder = mkdtempSync(path.join(place, 'gatewatch-postgres-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  if (owner.uid !== undefined && owner.gid !== undefined) for (const each of [folder, data]) chownSync(each, owner.uid, owner.gid);
  execFileSync(initdb, ['-D', data, '-U', 'gatewatch', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...owner,
  });
  return runPostgres({ program, folder, owner, isDurable });
}

/** Runs what lies in `folder`/data, which goes with it. */
async function runPostgres(options: {
  readonly program: string;
  readonly folder: string;
  readonly owner: { readonly uid?: number; readonly gid?: number };
  readonly isDurable: boolean;
}): Promise<Postgres> {
  const { program, folder, owner, isDurable } = options;
  const data = path.join(folder, 'data');
  const port = await freePort();
  const url = `postgres://gatewatch@127.0.0.1:${port}/postgres`;
  let service: ServiceProcess | null = null;
  // After a kill the old server's children may hold its memory for a moment: it refuses to start, and is started again, as a service manager does.
  const start = async () => {
    // Whoever put files back was not it.
    if (owner.uid !== undefined && owner.gid !== undefined) must(run('chown', '-R', `${owner.uid}:${owner.gid}`, folder));
    chmodSync(data, 0o700);
    const endMs = Date.now() + 30_000;
    for (;;) {
      service = startService(
        program,
        [
          '-D',
          data,
          '-p',
          String(port),
          '-c',
          'listen_addresses=127.0.0.1',
          '-c',
          `fsync=${isDurable ? 'on' : 'off'}`,
          '-c',
          'max_connections=300',
          '-c',
          'unix_socket_directories=',
        ],
        {},
        owner,
      );
      try {
        return await untilItAnswers(url, service);
      } catch (error) {
        if (Date.now() > endMs || !/still in use|already exists/.test(service.output())) throw error;
        await pass(200);
      }
    }
  };
  await start();
  const ask = async (statement: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client.query(statement).finally(() => client.end());
  };
  return {
    url,
    query: (statement) => ask(statement).then(() => undefined),
    get pid() {
      return service?.child.pid ?? 0;
    },
    kill: async () => service?.kill(),
    start,
    async follower() {
      const other = mkdtempSync(path.join(tmpdir(), 'gatewatch-postgres-'));
      if (owner.uid !== undefined && owner.gid !== undefined) chownSync(other, owner.uid, owner.gid);
      const arguments_ = ['-d', `host=127.0.0.1 port=${port} user=gatewatch`, '-D', path.join(other, 'data'), '-R', '-c', 'fast'];
      execFileSync(baseBackupProgram() ?? 'pg_basebackup', arguments_, { stdio: ['ignore', 'ignore', 'pipe'], ...owner });
      const follower = await runPostgres({ ...options, folder: other });
      await ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
      await ask('SELECT pg_reload_conf()');
      const endMs = Date.now() + 30_000;
      while ((await ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).rowCount === 0) {
        if (Date.now() > endMs) throw new Error('the second PostgreSQL does not follow');
        await pass(50);
      }
      return follower;
    },
    async promote() {
      await ask("ALTER SYSTEM SET synchronous_standby_names = ''");
      await ask('SELECT pg_reload_conf()');
      await ask('SELECT pg_promote()');
    },
    async remove() {
      await service?.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function postgresUser(): { readonly uid?: number; readonly gid?: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('postgres:') || each.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

async function untilItAnswers(url: string, service: ServiceProcess): Promise<void> {
  const endMs = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (Date.now() > endMs || service.child.exitCode !== null)
        throw new Error(`PostgreSQL does not answer:\n${service.output()}`, { cause: error });
      await pass(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
