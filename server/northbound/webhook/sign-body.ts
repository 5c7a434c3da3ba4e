// The signature of a webhook: HMAC-SHA256 over the time and the body, so that a receiver knows who sent it and that it is not an old one played again.
import { createHmac } from 'node:crypto';

/** `t=<seconds since 1970>,v1=<hex>` over `<t>.<body>`. */
export function signBody(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
