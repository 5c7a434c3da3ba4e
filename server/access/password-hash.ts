// Passwords at rest: argon2id by Node's own crypto. The parameters stand in the hash, so that they can grow later.
import { argon2, type BinaryLike, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, 2 passes, 1 lane. */
const current: Parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;

type Argon2 = (algorithm: 'argon2id', parameters: object) => Promise<Buffer>;
const derive = promisify(
  argon2 as unknown as (algorithm: string, parameters: object, callback: (error: Error | null, tag: Buffer) => void) => void,
) as unknown as Argon2;

async function tagOf(password: string, nonce: BinaryLike, parameters: Parameters): Promise<Buffer> {
  return derive('argon2id', { message: password, nonce, tagLength, ...parameters });
}

/** `argon2id$memory$passes$parallelism$nonce$tag`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await tagOf(password, nonce, current);
  return ['argon2id', current.memory, current.passes, current.parallelism, nonce.toString('base64url'), tag.toString('base64url')].join(
    '$',
  );
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [algorithm, memory, passes, parallelism, nonce, tag] = hash.split('$');
  if (algorithm !== 'argon2id' || nonce === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, 'base64url');
  const actual = await tagOf(password, Buffer.from(nonce, 'base64url'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
