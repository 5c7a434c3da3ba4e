// The life of one of several servers: stands by, is in charge, stands by again. What being in charge consists of is given.
import type { Logger } from 'pino';
import type { AccessPolicy } from '../../domain/access/access-policy.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Leadership, type LeadershipLog, type Term } from './leadership.ts';
import { startStandbyServer } from './standby-server.ts';

export interface TakingTurns {
  /** Ends what is under way and gives the lease back. */
  stop(): Promise<void>;
}

interface Turns {
  readonly clock: Clock;
  readonly log: LeadershipLog & { error(fields: object, message: string): void };
  /** Starts the whole server, whose stop ends in time also while the database is away. Rejects where it cannot: the lease is given back, and the next try comes after others had theirs. */
  readonly serve: (term: Term) => Promise<{ stop(): Promise<void> }>;
}

export async function takeTurns(
  options: Omit<Turns, 'log'> & {
    readonly journalUrl: string;
    /** Where the other servers reach this one. */
    readonly address: string;
    readonly http: { readonly host: string; readonly port: number };
    readonly policy: Pick<AccessPolicy, 'tls' | 'trustedProxies'>;
    readonly log: Logger;
    readonly onStandby: (inCharge: string) => void;
  },
): Promise<TakingTurns> {
  const { http, policy, clock, log } = options;
  const leadership = await Leadership.open(options);
  const standBy = async (leader: string) => {
    const standby = await startStandbyServer({ leader, isDatabaseThere: () => leadership.isDatabaseThere(), http, policy, clock, log });
    options.onStandby(leader);
    return standby;
  };
  return turnByTurn({ ...options, leadership, standBy });
}

/** What standing by consists of is given too: `standBy` is told who is in charge, each time that changes. */
export function turnByTurn(
  options: Turns & { readonly leadership: Leadership; readonly standBy: (leader: string) => Promise<{ stop(): Promise<void> }> },
): TakingTurns {
  const { leadership, log, clock } = options;
  let isStopping = false;
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<'stopped'>((resolve) => {
    interrupt = () => resolve('stopped');
  });

  const life = (async () => {
    while (!isStopping) {
      const term = await standBy();
      if (term === null) return;
      try {
        const server = await options.serve(term);
        term.started();
        const reason = await Promise.race([term.over, interrupted]);
        if (reason !== 'stopped') log.warn({ reason }, 'this server is in charge no longer');
        await server.stop();
      } catch (error) {
        log.error({ err: error }, 'this server could not take charge');
        if (!isStopping) await new Promise<void>((resolve) => clock.after(2_000, resolve));
      } finally {
        await term
          .giveBack()
          .catch((error: unknown) => log.warn({ err: error }, 'the lease could not be given back; it runs out by itself'));
      }
    }
  })();

  async function standBy(): Promise<Term | null> {
    let standby: { stop(): Promise<void> } | null = null;
    try {
      return await leadership.untilInCharge(async (leader) => {
        await standby?.stop();
        standby = null;
        standby = await options.standBy(leader);
      });
    } finally {
      await (standby as { stop(): Promise<void> } | null)?.stop();
    }
  }

  return {
    async stop() {
      isStopping = true;
      interrupt();
      leadership.stopLooking();
      await life;
      await leadership.close();
    },
  };
}
