// Light, dark or as the system: remembered in the browser, applied to the document element.
import { Observable } from '../live/observable.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storageKey = 'gatewatch.theme';

export const theme = new Observable<Theme>('system');
/** What is on the screen: charts that draw on a canvas read their colours again when it changes. */
export const shownTheme = new Observable<'light' | 'dark'>('light');

function apply(): void {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const chosen = theme.get();
  const shown = chosen === 'system' ? system : chosen;
  document.documentElement.dataset.theme = shown;
  shownTheme.set(shown);
}

export function startTheme(): void {
  const stored = localStorage.getItem(storageKey);
  theme.set(themes.find((name) => name === stored) ?? 'system');
  apply();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
}

export function setTheme(name: Theme): void {
  localStorage.setItem(storageKey, name);
  theme.set(name);
  apply();
}
