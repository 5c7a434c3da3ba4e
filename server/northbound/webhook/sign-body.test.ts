// The example that docs/northbound.md gives to those who receive webhooks, run as it stands there.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signBody } from './sign-body.ts';

type IsGenuine = (body: string, header: string | undefined, secret: string, nowSeconds?: number) => boolean;

async function documentedExample(): Promise<IsGenuine> {
  const text = readFileSync(new URL('../../../docs/northbound.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: IsGenuine };
  return module.isGenuine;
}

test('the documented check accepts what we sign, and nothing else', async () => {
  const isGenuine = await documentedExample();
  const nowMs = Date.UTC(2026, 0, 1);
  const now = nowMs / 1_000;
  const body = JSON.stringify({ events: ['气体'] });
  const header = signBody(body, 'secret', nowMs);
  expect(isGenuine(body, header, 'secret', now)).toBe(true);
  expect(isGenuine(body, header, 'secret', now + 299)).toBe(true);
  expect(isGenuine(body, header, 'secret', now + 301)).toBe(false);
  expect(isGenuine(`${body} `, header, 'secret', now)).toBe(false);
  expect(isGenuine(body, header, 'another', now)).toBe(false);
  expect(isGenuine(body, header.replace('t=1', 't=2'), 'secret', now)).toBe(false);
  expect(isGenuine(body, undefined, 'secret', now)).toBe(false);
  expect(isGenuine(body, 'v1=00', 'secret', now)).toBe(false);
});
