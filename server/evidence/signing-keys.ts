// The keys that sign evidence (Ed25519): made at the first start, the private one readable by the server's user only. A successor is signed by the key before
// it, so that whoever trusts an old key can follow to the new one. Read anew for each signature: a key changed on the command line is in force at once.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { keyIdOf } from '../../domain/evidence/check-keys.ts';
import { type PublicKey, publicKeySchema, type Signature, signedBytes } from '../../domain/evidence/signed-head.ts';
import { keptSecret, readSecret } from '../secrets/kept-secret.ts';
import { syncFolder } from '../sync-folder.ts';

const privateKeySchema = z.strictObject({
  schema: z.literal(1),
  keyId: z.string(),
  /** PKCS #8, PEM. */
  privateKey: z.string(),
});
type PrivateKey = z.output<typeof privateKeySchema>;

export class SigningKeys {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the first key where there is none. Throws where what is there cannot be used: a key is never replaced silently. */
  static async open(dataDir: string, nowMs: number): Promise<SigningKeys> {
    const keys = new SigningKeys(path.join(dataDir, 'evidence', 'keys'));
    await mkdir(keys.#folder, { recursive: true, mode: 0o700 });
    await keys.#settle();
    if ((await keys.#readPrivate('signing-key.json')) === null) {
      if ((await keys.publicKeys()).length > 0)
        throw new Error(
          `${keys.#file('signing-key.json')} is missing: put it back from the backup; or remove the folder ${keys.#folder}, and everybody who trusts the old key must be told the new one`,
        );
      await keys.#writeFirst(nowMs);
    }
    await keys.#publicOfActive();
    return keys;
  }

  /** Oldest first; the last signs. */
  async publicKeys(): Promise<readonly PublicKey[]> {
    const text = await readText(this.#file('public-keys.json'));
    return text === null ? [] : z.array(publicKeySchema).parse(JSON.parse(text));
  }

  async sign(kind: 'head' | 'manifest', content: unknown): Promise<Signature> {
    const key = await this.#readPrivate('signing-key.json');
    if (key === null) throw new Error('there is no signing key');
    return signatureBy(key, kind, content);
  }

  /** A new key takes over. Returns it. */
  async rotate(nowMs: number): Promise<PublicKey> {
    const active = await this.#readPrivate('signing-key.json');
    if (active === null) throw new Error('there is no signing key');
    const { privateKey, publicKey } = makeKey();
    const content = { schema: 1 as const, keyId: publicKey.keyId, publicKey: publicKey.publicKey, madeAtMs: nowMs };
    const next: PublicKey = { ...content, previous: signatureBy(active, 'key', content) };
    // First the new key aside, then the list that names it, then it takes its place: whoever stops in between is brought to an end at the next start.
    await writeDurably(this.#file('next-key.json'), JSON.stringify(privateKey), 0o600);
    await this.#writePublic([...(await this.publicKeys()), next]);
    await this.#settle();
    return next;
  }

  async #settle(): Promise<void> {
    const next = await this.#readPrivate('next-key.json');
    if (next === null) return;
    const isListed = (await this.publicKeys()).at(-1)?.keyId === next.keyId;
    if (isListed) await rename(this.#file('next-key.json'), this.#file('signing-key.json'));
    else await rm(this.#file('next-key.json'));
    await syncFolder(this.#folder);
  }

  async #writeFirst(nowMs: number): Promise<void> {
    const { privateKey, publicKey } = makeKey();
    const own = JSON.stringify(privateKey);
    // Of two servers that start at once one wins.
    if ((await keptSecret(this.#file('signing-key.json'), () => own)) !== own) return;
    await this.#writePublic([{ schema: 1, keyId: publicKey.keyId, publicKey: publicKey.publicKey, madeAtMs: nowMs, previous: null }]);
  }

  /** The list must end with the key that signs; where it is empty (a start that was cut off) it is written from it. */
  async #publicOfActive(): Promise<void> {
    const active = await this.#readPrivate('signing-key.json');
    if (active === null) throw new Error(`${this.#file('signing-key.json')} was made and is not there`);
    const listed = await this.publicKeys();
    const publicKey = spkiOf(createPrivateKey(active.privateKey));
    if (listed.length === 0) {
      await this.#writePublic([{ schema: 1, keyId: active.keyId, publicKey, madeAtMs: 0, previous: null }]);
      return;
    }
    if (listed.at(-1)?.publicKey !== publicKey)
      throw new Error(
        `${this.#file('public-keys.json')} does not end with the key of ${this.#file('signing-key.json')}: put both back from one backup`,
      );
  }

  async #writePublic(keys: readonly PublicKey[]): Promise<void> {
    const aside = this.#file('public-keys.json.new');
    await writeDurably(aside, `${JSON.stringify(keys, null, 2)}\n`, 0o644);
    await rename(aside, this.#file('public-keys.json'));
    await syncFolder(this.#folder);
  }

  async #readPrivate(name: string): Promise<PrivateKey | null> {
    const file = this.#file(name);
    const bytes = await readSecret(file);
    if (bytes === null) return null;
    const parsed = privateKeySchema.safeParse(jsonOf(bytes.toString('utf8')));
    if (!parsed.success) throw new Error(`${file} holds no signing key: put it back from the backup`);
    return parsed.data;
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

function makeKey(): { readonly privateKey: PrivateKey; readonly publicKey: { readonly keyId: string; readonly publicKey: string } } {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const keyId = keyIdOf(publicKey);
  return {
    privateKey: { schema: 1, keyId, privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    publicKey: { keyId, publicKey },
  };
}

function spkiOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}

function signatureBy(key: PrivateKey, kind: 'head' | 'key' | 'manifest', content: unknown): Signature {
  const signature = sign(null, signedBytes(kind, content), createPrivateKey(key.privateKey)).toString('base64');
  return { algorithm: 'Ed25519', keyId: key.keyId, signature };
}

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
