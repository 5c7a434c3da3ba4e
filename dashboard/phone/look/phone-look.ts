// How the phone looks: for the sun (black on white, thick lines), plain light, or dark for the night. Remembered on the phone; the sun is the default.
import { Observable } from '../../live/observable.ts';

export const looks = ['sun', 'light', 'dark'] as const;
export type Look = (typeof looks)[number];

const storageKey = 'gatewatch.phone.look';
/** The browser's own bars. */
const barColours: Readonly<Record<Look, string>> = { sun: '#000000', light: '#2b3238', dark: '#0f1113' };

export const look = new Observable<Look>('sun');

function apply(name: Look): void {
  document.documentElement.dataset.theme = name;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', barColours[name]);
  look.set(name);
}

export function startLook(): void {
  const stored = localStorage.getItem(storageKey);
  apply(looks.find((name) => name === stored) ?? 'sun');
}

export function setLook(name: Look): void {
  localStorage.setItem(storageKey, name);
  apply(name);
}
