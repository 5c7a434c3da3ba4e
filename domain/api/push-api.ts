// Web push over HTTP: the server's key, one's own phone's subscription, and a test message to it.
import { z } from 'zod';
import { languages } from '../text/localized-text.ts';

export const pushKeySchema = z.object({
  /** The server's public VAPID key (RFC 8292), base64url of the uncompressed point. */
  publicKey: z.string(),
});

const base64url = /^[A-Za-z0-9_-]+={0,2}$/;
const endpointSchema = z.url().max(2_000);

/** As the browser's `PushSubscription.toJSON()` gives it. */
const browserSubscriptionSchema = z.object({
  /** Whoever knows it can push to the phone: never logged, never journaled, never given out. */
  endpoint: endpointSchema,
  keys: z.object({
    /** 65 bytes, uncompressed P-256 point. */
    p256dh: z.string().regex(base64url).length(87),
    /** 16 bytes. */
    auth: z.string().regex(base64url).min(22).max(24),
  }),
});

export const subscribeSchema = z.object({ subscription: browserSubscriptionSchema, language: z.enum(languages) });
export type PushSubscribe = z.output<typeof subscribeSchema>;

export const unsubscribeSchema = z.object({ endpoint: endpointSchema });
export const pushTestSchema = z.object({ endpoint: endpointSchema });

export const pushTestAnswerSchema = z.discriminatedUnion('kind', [
  /** The push service took it; whether the phone shows it is between the two of them. */
  z.object({ kind: z.literal('sent') }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type PushTestAnswer = z.output<typeof pushTestAnswerSchema>;
