// The key that signs labels. With a new one every label in the field has to be printed anew.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { keptSecret } from '../secrets/kept-secret.ts';

export const labelKeyFile = 'patrol-labels.key';
const keyPattern = /^[0-9a-f]{64}$/;

/** Throws where the file is there and holds no key. */
export async function openLabelKey(dataDir: string): Promise<Buffer> {
  const file = path.join(dataDir, labelKeyFile);
  const text = (await keptSecret(file, () => `${randomBytes(32).toString('hex')}\n`)).trim();
  if (!keyPattern.test(text))
    throw new Error(`${file} holds no label key. Put it back from the backup; or remove it, and every label must be printed again`);
  return Buffer.from(text, 'hex');
}
