// What the company's directory says when somebody has left it: an OpenID Connect logout token (Back-Channel Logout 1.0), checked in every point that the
// specification names. Ends nothing itself.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../domain/time/clock.ts';

export interface SomebodyLeft {
  readonly issuer: string;
  readonly subject: string | null;
  /** The session at the directory; null: all of this person's. */
  readonly sessionId: string | null;
}

export type LogoutAnswer =
  | ({ readonly kind: 'left' } & SomebodyLeft)
  /** The same token came before: it has had its effect. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The directory's keys cannot be read now. */
  | { readonly kind: 'unavailable' };

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** Signatures only: with a shared secret or none, anybody who knows the client could write one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const clockToleranceSeconds = 60;
const oldestSeconds = 300;
const mostRemembered = 10_000;

const claimsSchema = z
  .object({
    iss: z.string(),
    sub: z.string().min(1).optional(),
    sid: z.string().min(1).optional(),
    jti: z.string().min(1),
    events: z.looseObject({ [logoutEvent]: z.looseObject({}) }),
    /** Forbidden, so that an identity token is never taken for one. */
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, 'names neither a person nor a session');

export class LogoutTokens {
  readonly #clock: Clock;
  readonly #seen = new Map<string, number>();
  #keys: { readonly address: string; readonly find: ReturnType<typeof createRemoteJWKSet> } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(
    token: string,
    from: { readonly issuer: string; readonly clientId: string; readonly keysAddress: string },
  ): Promise<LogoutAnswer> {
    if (this.#keys?.address !== from.keysAddress)
      this.#keys = { address: from.keysAddress, find: createRemoteJWKSet(new URL(from.keysAddress), { timeoutDuration: 4_000 }) };
    let payload: JWTPayload;
    try {
      const verified = await jwtVerify(token, this.#keys.find, {
        issuer: from.issuer,
        audience: from.clientId,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        maxTokenAge: oldestSeconds,
        requiredClaims: ['iat', 'jti', 'events'],
        currentDate: new Date(this.#clock.nowMs()),
      });
      payload = verified.payload;
    } catch (error) {
      // What the token has wrong is jose's to say; anything else is the way to the keys.
      const isOfToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC';
      return isOfToken ? { kind: 'invalid', reason: error.message } : { kind: 'unavailable' };
    }
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) {
      const [issue] = claims.error.issues;
      return { kind: 'invalid', reason: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() };
    }
    const { iss, sub, sid, jti } = claims.data;
    if (this.#isRepeated(jti)) return { kind: 'repeated' };
    return { kind: 'left', issuer: iss, subject: sub ?? null, sessionId: sid ?? null };
  }

  /** A token that somebody has caught ends no later session of the same person. */
  #isRepeated(jti: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const [known, untilMs] of this.#seen) {
      if (untilMs > nowMs && this.#seen.size < mostRemembered) break;
      this.#seen.delete(known);
    }
    if (this.#seen.has(jti)) return true;
    this.#seen.set(jti, nowMs + (oldestSeconds + 2 * clockToleranceSeconds) * 1_000);
    return false;
  }
}
