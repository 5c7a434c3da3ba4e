// Who works over OPC UA: names and passwords checked one after the other, and the sessions behind them followed until they end. The thread that speaks the
// protocol knows each by an id and never sees a token.
import type { Logger } from 'pino';
import type { AccessControl } from '../../access/access-control.ts';
import { isAllowed } from '../../access/identity.ts';
import type { OpcuaGrant } from './opcua-messages.ts';
import type { RefusalAudit } from './refusal-audit.ts';

export interface OpcuaSignIn {
  readonly username: string;
  readonly password: string;
  readonly from: string;
}

interface OpcuaSignInsOptions {
  readonly access: AccessControl;
  readonly audit: RefusalAudit;
  readonly log: Logger;
  /** The session behind it has ended by itself: so does the one over OPC UA. */
  readonly onRevoked: (grantId: string) => void;
}

/** Guesses at names and passwords wait in one queue, so that they cannot use up the machine. */
const waitingMax = 50;
const dutyWords = { changePassword: 'change its password', enrolSecondFactor: 'set up a second factor' } as const;

export class OpcuaSignIns {
  readonly #options: OpcuaSignInsOptions;
  readonly #granted = new Map<string, { readonly token: string; readonly tokenHash: string }>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: OpcuaSignInsOptions) {
    this.#options = options;
    options.access.sessions.onEnded((tokenHash) => this.#revoke(tokenHash));
  }

  /** Null: refused, which is all that the client is told. */
  grant(signIn: OpcuaSignIn): Promise<OpcuaGrant | null> {
    if (this.#waiting >= waitingMax) return Promise.resolve(null);
    this.#waiting += 1;
    const answer = this.#last
      .then(() => this.#check(signIn))
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'an OPC UA sign-in could not be checked');
        return null;
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = answer;
    return answer;
  }

  tokenOf(grantId: string | null): string | null {
    return grantId === null ? null : (this.#granted.get(grantId)?.token ?? null);
  }

  signOut(grantId: string): void {
    const grant = this.#granted.get(grantId);
    this.#granted.delete(grantId);
    if (grant === undefined) return;
    const { access, log } = this.#options;
    access
      .identify(grant.token)
      .then((identity) => (identity === null ? undefined : access.sessions.signOut(identity)))
      .catch((error: unknown) => log.error({ err: error }, 'an OPC UA session could not be signed out; it ends by itself'));
  }

  signOutAll(): void {
    for (const grantId of [...this.#granted.keys()]) this.signOut(grantId);
  }

  /** Sessions end with the identity behind them, at the latest with the next look. */
  async look(): Promise<void> {
    for (const { tokenHash } of [...this.#granted.values()])
      if ((await this.#options.access.identifyHash(tokenHash)) === null) this.#revoke(tokenHash);
  }

  async #check({ username, password, from }: OpcuaSignIn): Promise<OpcuaGrant | null> {
    const { access } = this.#options;
    const result = await access.signIn({ username, password }, `opcua ${from}`, { over: 'opcua' });
    if (result.kind === 'codeNeeded') await this.#refuse(from, username, 'it has a second factor, which OPC UA cannot ask for');
    if (result.kind !== 'ok') return null;
    const { identity, token } = result;
    if (!isAllowed(identity, 'readings.read', null)) {
      await access.sessions.signOut(identity);
      const { mustDo } = identity;
      await this.#refuse(from, username, mustDo === null ? 'it may not read' : `it must ${dutyWords[mustDo]} in a browser first`);
      return null;
    }
    const grantId = crypto.randomUUID();
    this.#granted.set(grantId, { token, tokenHash: identity.tokenHash });
    return { grantId, username: identity.username, stationIds: identity.stationIds === null ? null : [...identity.stationIds] };
  }

  /** Name and password were right: the client is told no more than with wrong ones, the journal and the log say why. */
  async #refuse(from: string, username: string, why: string): Promise<void> {
    this.#options.log.warn({ username, from }, `an account cannot sign in over OPC UA: ${why}`);
    await this.#options.audit.note(null, `opcua ${from}: sign-in of ${username}: ${why}`);
  }

  #revoke(tokenHash: string): void {
    for (const [grantId, grant] of this.#granted) {
      if (grant.tokenHash !== tokenHash) continue;
      this.#granted.delete(grantId);
      this.#options.onRevoked(grantId);
    }
  }
}
