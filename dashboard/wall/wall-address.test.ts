import { expect, test } from 'vitest';
import { applyWallAddress, isWallPage, wallAddress, wallKeyIn } from './wall-address.ts';

const key = 'k'.repeat(43);
const plain = { areaIds: null, everySeconds: null, order: 'area', view: 'tiles', theme: null, language: null } as const;

test('the key stands behind the #, where no server sees it', () => {
  const address = new URL(
    wallAddress('http://monitor', key, {
      ...plain,
      areaIds: ['north', 'south'],
      everySeconds: 30,
      order: 'worst',
      theme: 'dark',
      language: 'en',
    }),
  );
  expect(address.pathname).toBe('/wall');
  expect(Object.fromEntries(address.searchParams)).toEqual({
    area: 'north,south',
    every: '30',
    order: 'worst',
    theme: 'dark',
    language: 'en',
  });
  expect(wallKeyIn(address.hash)).toBe(key);
  expect(address.href.split('#')[0]).not.toContain(key);
  expect(wallAddress('http://monitor', key, plain)).toBe(`http://monitor/wall#${key}`);
});

test('what is no key is none', () => {
  for (const hash of ['', '#', '#content', '#<script>aaaaaaaaaaaaaaaaaaaaaaaaa']) expect(wallKeyIn(hash)).toBeNull();
  expect([isWallPage('/wall'), isWallPage('/wall/x'), isWallPage('/')]).toEqual([true, false, false]);
});

test('language and appearance of the address, and only ones that there are', () => {
  const stored: Record<string, string> = {};
  const storage = {
    setItem(name: string, value: string) {
      stored[name] = value;
    },
  };
  applyWallAddress('?theme=dark&language=en', storage);
  expect(stored).toEqual({ 'gatewatch.theme': 'dark', 'gatewatch.language': 'en' });
  applyWallAddress('?theme=pink&language=xx', storage);
  expect(stored).toEqual({ 'gatewatch.theme': 'dark', 'gatewatch.language': 'en' });
});
