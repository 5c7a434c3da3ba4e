// Second factors: codes of an authenticator app by time (TOTP, RFC 6238), and recovery codes that count once. Who must have one is the policy's business; the
// delay after wrong codes is the sign-in's.
import { createHash, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import type { AccessKey } from './access-key.ts';
import { accessLine } from './access-line.ts';

const periodMs = 30_000;
/** A code of the period before or after is taken too: clocks of phones differ. */
const window = 1;
const recoveryCodeCount = 10;
/** 24 of 31 letters and digits that cannot be mistaken for one another: 118 bits, so that a plain hash at rest is enough (ASVS 6.5.2). */
const recoveryCodeLength = 24;
const recoveryLetters = 'abcdefghjkmnpqrstuvwxyz23456789';

export type CodeCheck = 'right' | 'wrong' | 'notEnrolled';

export class SecondFactors {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #key: AccessKey;

  constructor(ledger: Ledger, clock: Clock, key: AccessKey) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#key = key;
  }

  async isEnrolled(username: string): Promise<boolean> {
    return (await this.#confirmed(username)) !== null;
  }

  async enrolled(): Promise<ReadonlySet<string>> {
    const rows = await this.#ledger.database
      .selectFrom('second_factor')
      .select('username')
      .where('confirmed_at_ms', 'is not', null)
      .execute();
    return new Set(rows.map((row) => row.username));
  }

  async recoveryCodesLeft(username: string): Promise<number> {
    const rows = await this.#ledger.database.selectFrom('recovery_code').select('code_hash').where('username', '=', username).execute();
    return rows.length;
  }

  /** A new secret that counts once a code of it has been shown. Null where one counts already. */
  async begin(username: string): Promise<{ readonly secret: string; readonly uri: string } | null> {
    const secret = new Secret({ size: 20 });
    const began = await this.#ledger.exclusively(async (commit) => {
      if ((await this.#confirmed(username)) !== null) return false;
      await commit([], async (transaction) => {
        await transaction.deleteFrom('second_factor').where('username', '=', username).execute();
        await transaction
          .insertInto('second_factor')
          .values({ username, secret: this.#key.seal(secret.base32, `totp ${username}`), confirmed_at_ms: null, last_step: 0 })
          .execute();
      });
      return true;
    });
    return began ? { secret: secret.base32, uri: totpOf(secret.base32, username).toString() } : null;
  }

  /** The recovery codes, shown once; null where the code is wrong or nothing was begun. */
  confirm(username: string, code: string, by: JournalActor): Promise<readonly string[] | null> {
    return this.#ledger.exclusively(async (commit) => {
      const row = await this.#ledger.database.selectFrom('second_factor').selectAll().where('username', '=', username).executeTakeFirst();
      if (row === undefined || row.confirmed_at_ms !== null) return null;
      const step = this.#stepOf(row, code);
      if (step === null) return null;
      const codes = madeCodes();
      await commit([this.#line('secondFactor.enrol', by, username)], async (transaction) => {
        await transaction
          .updateTable('second_factor')
          .set({ confirmed_at_ms: this.#clock.nowMs(), last_step: step })
          .where('username', '=', username)
          .execute();
        await transaction.deleteFrom('recovery_code').where('username', '=', username).execute();
        await transaction
          .insertInto('recovery_code')
          .values(codes.map((made) => ({ username, code_hash: hashOf(made) })))
          .execute();
      });
      return codes;
    });
  }

  /** In place of those that are left. */
  async renewRecoveryCodes(username: string, by: JournalActor): Promise<readonly string[]> {
    const codes = madeCodes();
    await this.#ledger.commit([this.#line('secondFactor.recoveryCodes', by, username)], async (transaction) => {
      await transaction.deleteFrom('recovery_code').where('username', '=', username).execute();
      await transaction
        .insertInto('recovery_code')
        .values(codes.map((made) => ({ username, code_hash: hashOf(made) })))
        .execute();
    });
    return codes;
  }

  /** Takes the code: none counts twice, also where it comes twice at once. */
  check(username: string, code: string, by: JournalActor): Promise<CodeCheck> {
    return this.#ledger.exclusively(async (commit): Promise<CodeCheck> => {
      const row = await this.#confirmed(username);
      if (row === null) return 'notEnrolled';
      const plain = plainCode(code);
      if (plain.length === recoveryCodeLength) return this.#takeRecoveryCode(commit, username, plain, by);
      const step = this.#stepOf(row, plain);
      if (step === null) return 'wrong';
      await commit([], async (transaction) => {
        await transaction.updateTable('second_factor').set({ last_step: step }).where('username', '=', username).execute();
      });
      return 'right';
    });
  }

  /** False where there was none. `kind` tells whether the person or an administrator did it. */
  remove(username: string, kind: 'secondFactor.remove' | 'secondFactor.reset', by: JournalActor): Promise<boolean> {
    return this.#ledger.exclusively(async (commit) => {
      const row = await this.#confirmed(username);
      if (row === null) return false;
      await commit([this.#line(kind, by, username)], async (transaction) => {
        await transaction.deleteFrom('second_factor').where('username', '=', username).execute();
        await transaction.deleteFrom('recovery_code').where('username', '=', username).execute();
      });
      return true;
    });
  }

  async #takeRecoveryCode(commit: Commit, username: string, code: string, by: JournalActor): Promise<CodeCheck> {
    const known = await this.#ledger.database
      .selectFrom('recovery_code')
      .select('code_hash')
      .where('username', '=', username)
      .where('code_hash', '=', hashOf(code))
      .executeTakeFirst();
    if (known === undefined) return 'wrong';
    await commit([this.#line('secondFactor.recoveryUsed', by, username)], async (transaction) => {
      await transaction.deleteFrom('recovery_code').where('code_hash', '=', known.code_hash).execute();
    });
    return 'right';
  }

  async #confirmed(username: string) {
    const row = await this.#ledger.database
      .selectFrom('second_factor')
      .selectAll()
      .where('username', '=', username)
      .where('confirmed_at_ms', 'is not', null)
      .executeTakeFirst();
    return row ?? null;
  }

  /** The time step of a right code that has not been taken; null otherwise. */
  #stepOf(row: { readonly username: string; readonly secret: string; readonly last_step: number }, code: string): number | null {
    const secret = this.#key.open(row.secret, `totp ${row.username}`);
    if (secret === null) return null;
    const timestamp = this.#clock.nowMs();
    const delta = totpOf(secret, row.username).validate({ token: code, timestamp, window });
    if (delta === null) return null;
    const step = Math.floor(timestamp / periodMs) + delta;
    // Only the last steps are compared: a server clock that was set back must not keep people out.
    return step <= row.last_step && step >= row.last_step - 2 * window ? null : step;
  }

  #line(kind: string, actor: JournalActor, username: string): NewJournalEntry {
    return accessLine(this.#clock.nowMs(), kind, actor, { username });
  }
}

/** SHA-1, six digits, 30 s: what every authenticator app knows. */
function totpOf(secret: string, username: string): TOTP {
  return new TOTP({ issuer: 'Gatewatch', label: username, algorithm: 'SHA1', digits: 6, period: periodMs / 1_000, secret });
}

function madeCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const letters = Array.from({ length: recoveryCodeLength }, () => recoveryLetters[randomInt(recoveryLetters.length)]).join('');
    return (letters.match(/.{6}/g) ?? []).join('-');
  });
}

/** As people type it: spaces, dashes and capitals mean nothing. */
function plainCode(code: string): string {
  return code.replace(/[\s-]/g, '').toLowerCase();
}

function hashOf(code: string): string {
  return createHash('sha256').update(plainCode(code)).digest('hex');
}
