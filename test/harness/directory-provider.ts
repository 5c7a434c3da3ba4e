// A company's directory for tests: a certified OpenID provider on this machine, whose sign-in page lets in whoever stands before it.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import { SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { freePort } from '../services/service.ts';

export const directoryClient = { id: 'gatewatch', secret: 'a-secret-of-the-client' } as const;

export interface DirectoryProvider {
  readonly issuer: string;
  /** By subject. */
  readonly people: Map<string, { readonly username: string; readonly name: string; readonly groups: readonly string[] }>;
  /** Subject of who signs in next. */
  atTheDoor: string;
  /** Signs with the provider's own key, as it would a logout token. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Also where it is stopped already. */
  stop(): Promise<void>;
}

/** `host` other than Gatewatch's makes it another site for a browser. */
export async function startDirectoryProvider(publicUrl: string, host: '127.0.0.1' | 'localhost' = '127.0.0.1'): Promise<DirectoryProvider> {
  const port = await freePort();
  const issuer = `http://${host}:${port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const people: DirectoryProvider['people'] = new Map();
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: directoryClient.id,
        client_secret: directoryClient.secret,
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [`${publicUrl}/api/directory/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
        backchannel_logout_uri: `${publicUrl}/api/directory/logout`,
        backchannel_logout_session_required: true,
      },
    ],
    // Without its guard, which lets it call no address of this machine.
    fetch: (url, options) => fetch(url, { method: options?.method ?? 'GET', headers: options?.headers ?? {}, body: options?.body ?? null }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['of this test'] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'], email: ['email'] },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => {
      const { username, name, groups } = people.get(id) ?? { username: '', name: '', groups: [] };
      return { accountId: id, claims: () => ({ sub: id, preferred_username: username, name, groups }) };
    },
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new oidc.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  const answer = oidc.callback();
  const server = http.createServer((request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
    return void oidc.interactionFinished(request, response, { login: { accountId: provider.atTheDoor } });
  });
  const provider: DirectoryProvider = {
    issuer,
    people,
    atTheDoor: '',
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt' }).sign(privateKey),
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return provider;
}
