// The server's own key for web push (VAPID, RFC 8292). Phones subscribe to this key: with a new one every phone must subscribe anew.
import path from 'node:path';
import webPush from 'web-push';
import { z } from 'zod';
import { keptSecret } from '../secrets/kept-secret.ts';

const keysSchema = z.object({
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{87}$/),
  privateKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type VapidKeys = z.output<typeof keysSchema>;

export const vapidFileName = 'web-push-keys.json';

/** Throws where the file is there and cannot be used: it is never overwritten, because the phones depend on it. */
export async function openVapidKeys(dataDir: string): Promise<VapidKeys> {
  const file = path.join(dataDir, vapidFileName);
  const parsed = keysSchema.safeParse(parseJson(await keptSecret(file, () => `${JSON.stringify(webPush.generateVAPIDKeys(), null, 2)}\n`)));
  if (!parsed.success)
    throw new Error(`${file} holds no web push key. Put it back from the backup; or remove it, and every phone must turn push on again`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
