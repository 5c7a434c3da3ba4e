// The address of a wall screen: `/wall?area=north,south&every=30&theme=dark#key`. The key stands behind the #, which no browser sends and no log keeps.
import { languages } from '../../domain/text/localized-text.ts';
import { themes } from '../look/theme.ts';

export const wallPath = '/wall';

export function isWallPage(pathname = location.pathname): boolean {
  return pathname === wallPath;
}

export function wallKeyIn(hash: string): string | null {
  const key = hash.replace(/^#/, '');
  return /^[\w-]{20,200}$/.test(key) ? key : null;
}

export interface WallView {
  readonly areaIds: readonly string[] | null;
  readonly everySeconds: number | null;
  readonly order: 'area' | 'worst';
  readonly view: 'tiles' | 'network' | 'map';
  readonly theme: string | null;
  readonly language: string | null;
}

export function wallAddress(origin: string, key: string, view: WallView): string {
  const search = new URLSearchParams();
  if (view.areaIds !== null) search.set('area', view.areaIds.join(','));
  if (view.everySeconds !== null) search.set('every', String(view.everySeconds));
  if (view.order === 'worst') search.set('order', 'worst');
  if (view.view !== 'tiles') search.set('view', view.view);
  if (view.theme !== null) search.set('theme', view.theme);
  if (view.language !== null) search.set('language', view.language);
  const query = search.toString();
  return `${origin}${wallPath}${query === '' ? '' : `?${query}`}#${key}`;
}

/** Nobody can choose on a screen without a keyboard: the address says it. Called before language and theme start. */
export function applyWallAddress(search: string, storage: Pick<Storage, 'setItem'>): void {
  const parameters = new URLSearchParams(search);
  const theme = themes.find((name) => name === parameters.get('theme'));
  const language = languages.find((name) => name === parameters.get('language'));
  if (theme !== undefined) storage.setItem('gatewatch.theme', theme);
  if (language !== undefined) storage.setItem('gatewatch.language', language);
}
