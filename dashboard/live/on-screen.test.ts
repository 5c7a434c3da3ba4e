// Only what is near the screen is told: at once what stands there, soon what is scrolled near, and late what has gone.
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { OnScreen } from './on-screen.ts';

const height = 100;
let scrolledTo = 0;
let cross: (entries: readonly { target: Element; isIntersecting: boolean }[]) => void = () => undefined;
const observed = new Set<Element>();

class FakeObserver {
  constructor(listener: typeof cross) {
    cross = listener;
  }
  observe(element: Element): void {
    observed.add(element);
  }
  unobserve(element: Element): void {
    observed.delete(element);
  }
  disconnect(): void {
    observed.clear();
  }
}

/** One a screen: `tile(3)` is the third screen from the top. */
function tile(screen: number): HTMLElement {
  const element = document.createElement('a');
  element.setAttribute('data-station', `S${screen}`);
  element.getBoundingClientRect = () => ({ top: screen * height - scrolledTo, bottom: (screen + 1) * height - scrolledTo - 1 }) as DOMRect;
  return element;
}
const tiles = Array.from({ length: 10 }, (_, screen) => tile(screen));
const isNear = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom >= -height && top <= 2 * height;
};

function scrollTo(screen: number): void {
  const before = new Map(tiles.map((element) => [element, isNear(element)]));
  scrolledTo = screen * height;
  cross(tiles.filter((element) => before.get(element) !== isNear(element)).map((target) => ({ target, isIntersecting: isNear(target) })));
}

function watching() {
  const clock = new ManualClock();
  const told: string[] = [];
  const watch = new OnScreen({ attribute: 'data-station', clock, onChange: (shown) => void told.push([...shown].toSorted().join(' ')) });
  onTestFinished(() => watch.stop());
  return { clock, told, watch };
}

beforeEach(() => {
  scrolledTo = 0;
  vi.stubGlobal('innerHeight', height);
  vi.stubGlobal('IntersectionObserver', FakeObserver);
  return () => vi.unstubAllGlobals();
});

test('at the beginning what stands on the screen and one screen below, at once', () => {
  const { told, watch } = watching();
  watch.look(tiles);
  expect(told).toEqual(['S0 S1 S2']);
});

test('scrolled, what comes near is added soon, and what has gone is let go only when nobody scrolls any more', () => {
  const { clock, told, watch } = watching();
  watch.look(tiles);
  for (const screen of [1, 2, 3]) {
    scrollTo(screen);
    clock.advance(200);
  }
  expect(told.slice(1)).toEqual(['S0 S1 S2 S3', 'S0 S1 S2 S3 S4', 'S0 S1 S2 S3 S4 S5']);
  clock.advance(2_000);
  expect(told.at(-1)).toBe('S2 S3 S4 S5');
});

test('a quick scroll to the end asks once, not for every tile that flew past', () => {
  const { clock, told, watch } = watching();
  watch.look(tiles);
  for (const screen of [2, 4, 6, 9]) scrollTo(screen);
  clock.advance(200);
  expect(told.slice(1)).toEqual(['S0 S1 S2 S8 S9']);
  clock.advance(2_000);
  expect(told.at(-1)).toBe('S8 S9');
});

test('in another order a station may be another element: its place counts, and the old element nothing', () => {
  const { clock, told, watch } = watching();
  watch.look(tiles);
  const moved = tile(0);
  moved.setAttribute('data-station', 'S7');
  watch.look([moved, ...tiles.slice(1, 7)]);
  clock.advance(3_000);
  expect(told.at(-1)).toBe('S1 S2 S7');
  expect(observed.has(tiles[0] as Element)).toBe(false);
});

test('where the browser cannot tell, everything', () => {
  vi.stubGlobal('IntersectionObserver', undefined);
  const { told, watch } = watching();
  watch.look(tiles);
  expect(told.at(-1)?.split(' ')).toHaveLength(10);
});
