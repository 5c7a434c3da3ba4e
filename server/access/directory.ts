// The company's directory (OpenID Connect): code flow with PKCE, state and nonce. Says who somebody is and, by his groups, his role and stations here. Local
// accounts stay beside it, for when the directory is away; who fits no group may not sign in.
import * as oidc from 'openid-client';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DirectorySettings } from '../../domain/access/access-policy.ts';
import type { Role } from '../../domain/access/roles.ts';
import type { DirectoryRefusal, SignInOptions } from '../../domain/api/session-api.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessKey } from './access-key.ts';
import { type LogoutAnswer, LogoutTokens } from './logout-token.ts';

const timeoutSeconds = 4;
/** How long "it is there" or "it is away" counts. */
const askedAgainMs = 5_000;
const longestSignInMs = 10 * 60_000;
const purpose = 'directory sign-in';

const underWaySchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), startedAtMs: z.number() });

export interface DirectoryPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  readonly stationIds: readonly string[] | null;
  /** His session there, where the directory says which: it may end it later. */
  readonly sessionId: string | null;
}

export type DirectoryAnswer =
  | { readonly kind: 'known'; readonly person: DirectoryPerson }
  /** `who` where the directory has said it. */
  | { readonly kind: 'refused'; readonly reason: DirectoryRefusal; readonly who: string | null };

export class Directory {
  readonly #settings: DirectorySettings;
  readonly #secret: string;
  readonly #key: AccessKey;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #logoutTokens: LogoutTokens;
  #asked: { readonly atMs: number; readonly configuration: Promise<oidc.Configuration | null> } | null = null;

  constructor(options: {
    readonly settings: DirectorySettings;
    readonly secret: string;
    readonly key: AccessKey;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#settings = options.settings;
    this.#secret = options.secret;
    this.#key = options.key;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#logoutTokens = new LogoutTokens(options.clock);
  }

  async status(): Promise<NonNullable<SignInOptions['directory']>> {
    return { name: this.#settings.name, isAvailable: (await this.#configuration()) !== null };
  }

  /** Where the browser goes, and what it keeps meanwhile. Null where the directory is away. */
  async begin(): Promise<{ readonly address: string; readonly underWay: string } | null> {
    const configuration = await this.#configuration();
    if (configuration === null) return null;
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callback(),
      scope: ['openid', ...this.#settings.scopes].join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const underWay = this.#key.seal(JSON.stringify({ state, nonce, verifier, startedAtMs: this.#clock.nowMs() }), purpose);
    return { address: address.href, underWay };
  }

  /** `query` is what the browser came back with. */
  async finish(query: string, underWay: string | undefined): Promise<DirectoryAnswer> {
    const opened = this.#key.open(underWay ?? '', purpose);
    const begun = opened === null ? null : underWaySchema.parse(JSON.parse(opened));
    if (begun === null || Math.abs(this.#clock.nowMs() - begun.startedAtMs) > longestSignInMs) return refused('expired');
    const configuration = await this.#configuration();
    if (configuration === null) return refused('unavailable');
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${this.#callback()}${query}`), {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return refused('failed');
      // Many providers put groups and names only there.
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return this.#personOf({ ...claims, ...more, iss: claims.iss, sub: claims.sub, sid: claims.sid });
    } catch (error) {
      this.#log.warn({ err: error }, 'the directory did not confirm a sign-in');
      return refused('failed');
    }
  }

  /** Where a browser signs out of the directory too; null where it is away or does not offer it. */
  async signOutAddress(): Promise<string | null> {
    const configuration = await this.#configuration();
    if (configuration?.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: new URL('/', this.#settings.publicUrl).href }).href;
  }

  /** The directory itself says that somebody has left it. */
  async whoLeft(logoutToken: string): Promise<LogoutAnswer> {
    const { issuer, jwks_uri } = (await this.#configuration())?.serverMetadata() ?? {};
    if (issuer === undefined || jwks_uri === undefined) return { kind: 'unavailable' };
    return this.#logoutTokens.read(logoutToken, { issuer, clientId: this.#settings.clientId, keysAddress: jwks_uri });
  }

  #personOf(claims: Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }): DirectoryAnswer {
    const { usernameClaim, displayNameClaim, groupClaim, groups } = this.#settings;
    const username = String(claims[usernameClaim] ?? '').toLowerCase();
    if (!/^[a-z][a-z0-9._-]{0,63}$/.test(username)) return refused('notAllowed', claims.sub);
    const had = claims[groupClaim];
    const names = new Set(Array.isArray(had) ? had.map(String) : [String(had ?? '')]);
    const fitting = groups.find(({ group }) => names.has(group));
    if (fitting === undefined) return refused('notAllowed', username);
    const displayName =
      String(claims[displayNameClaim] ?? '')
        .trim()
        .slice(0, 100) || username;
    const stationIds = fitting.stations === undefined ? null : [...new Set(fitting.stations)].toSorted();
    const sessionId = typeof claims.sid === 'string' && claims.sid !== '' ? claims.sid : null;
    return {
      kind: 'known',
      person: { issuer: claims.iss, subject: claims.sub, username, displayName, role: fitting.role, stationIds, sessionId },
    };
  }

  #callback(): string {
    return new URL('/api/directory/callback', this.#settings.publicUrl).href;
  }

  /** Null where it is away: asked again a few seconds later, by whoever comes then. */
  #configuration(): Promise<oidc.Configuration | null> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#asked === null || nowMs - this.#asked.atMs > askedAgainMs) this.#asked = { atMs: nowMs, configuration: this.#discover() };
    return this.#asked.configuration;
  }

  async #discover(): Promise<oidc.Configuration | null> {
    const issuer = new URL(this.#settings.issuer);
    try {
      return await oidc.discovery(issuer, this.#settings.clientId, undefined, oidc.ClientSecretPost(this.#secret), {
        timeout: timeoutSeconds,
        // The access file allows http for this machine alone.
        ...(issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}),
      });
    } catch (error) {
      this.#log.warn({ err: error }, 'the company’s directory cannot be reached; accounts of Gatewatch still sign in');
      return null;
    }
  }
}

function refused(reason: DirectoryRefusal, who: string | null = null): DirectoryAnswer {
  return { kind: 'refused', reason, who };
}
