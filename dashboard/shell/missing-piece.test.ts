import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isMissingPiece, reloadWhenAnswered } from './missing-piece.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rig() {
  const kept = new Map<string, string>();
  const state = { isAnswered: false, reloads: 0, asked: 0 };
  const means = {
    isAnswered: async () => {
      state.asked += 1;
      return state.isAnswered;
    },
    reload: () => {
      state.reloads += 1;
    },
    nowMs: () => Date.now(),
    storage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) },
  };
  return { state, means };
}

test('what browsers say of a piece that cannot be fetched is told from a fault of the program', () => {
  expect(isMissingPiece(new TypeError('Failed to fetch dynamically imported module: http://127.0.0.1/assets/x.js'))).toBe(true);
  expect(isMissingPiece(new TypeError('error loading dynamically imported module: http://127.0.0.1/assets/x.js'))).toBe(true);
  expect(isMissingPiece(new TypeError('Importing a module script failed.'))).toBe(true);
  expect(isMissingPiece(new Error('Unable to preload CSS for /assets/x.css'))).toBe(true);
  expect(isMissingPiece(new TypeError("Cannot read properties of undefined (reading 'id')"))).toBe(false);
  expect(isMissingPiece('Failed')).toBe(false);
});

test('loads again when the server answers and not before', async () => {
  const { state, means } = rig();
  reloadWhenAnswered(means);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(state.asked).toBeGreaterThan(5);
  expect(state.reloads).toBe(0);
  state.isAnswered = true;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(state.reloads).toBe(1);
});

test('a piece that stays missing loads the page once a minute, and a page that was left not at all', async () => {
  const { state, means } = rig();
  state.isAnswered = true;
  reloadWhenAnswered(means);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(state.reloads).toBe(1);
  const stop = reloadWhenAnswered(means);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(state.reloads).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state.reloads).toBe(2);
  stop();
  reloadWhenAnswered(means)();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(state.reloads).toBe(2);
});
