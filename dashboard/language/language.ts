// The language of the page: Chinese unless the person chose otherwise, remembered in the browser. Keys are typed by the Chinese texts. Counts are
// worded so that no plural is needed, so looking up and filling in is all there is to it.
import { useSyncExternalStore } from 'react';
import { type Language, type LocalizedText, languages } from '../../domain/text/localized-text.ts';
import { Observable } from '../live/observable.ts';
import type { zh } from './zh.ts';

const storageKey = 'gatewatch.language';

type Words = { readonly [key: string]: string | Words };
type KeyIn<Group> = { [Name in keyof Group & string]: Group[Name] extends string ? Name : `${Name}.${KeyIn<Group[Name]>}` }[keyof Group &
  string];

/** `alarms.column.time` */
export type WordKey = KeyIn<typeof zh>;
export type Translate = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

/** The words that a page shows: all in the control room, a part on the phone. Each language is loaded when it is first spoken. */
export type WordLoaders = Readonly<Record<Language, () => Promise<Words>>>;

interface Spoken {
  readonly language: Language;
  readonly t: Translate;
}

const spoken = new Observable<Spoken>({ language: 'zh', t: (key) => key });
const known = new Map<Language, Spoken>();
let loaders: WordLoaders | null = null;

export function translatorOf(words: Words): Translate {
  const texts = new Map<string, string>();
  return (key, values) => {
    let text = texts.get(key);
    if (text === undefined) {
      // A word that is missing is shown by its key: found at once, and better than a hole.
      text = find(words, key) ?? key;
      texts.set(key, text);
    }
    return values === undefined ? text : text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
}

/** A name may have dots of its own: `journal.kind.alarm.raise` is `alarm.raise` in `journal.kind`. */
function find(words: Words, key: string): string | null {
  const found = Object.hasOwn(words, key) ? words[key] : undefined;
  if (typeof found === 'string') return found;
  for (let dot = key.indexOf('.'); dot !== -1; dot = key.indexOf('.', dot + 1)) {
    const name = key.slice(0, dot);
    const group = Object.hasOwn(words, name) ? words[name] : undefined;
    const inside = typeof group === 'object' ? find(group, key.slice(dot + 1)) : null;
    if (inside !== null) return inside;
  }
  return null;
}

function rememberedLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return languages.find((language) => language === stored) ?? 'zh';
}

async function speak(language: Language): Promise<void> {
  if (loaders === null) throw new Error('no words were given: call startLanguage first');
  let speaking = known.get(language);
  if (speaking === undefined) {
    speaking = { language, t: translatorOf(await loaders[language]()) };
    known.set(language, speaking);
  }
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  spoken.set(speaking);
}

export async function startLanguage(load: WordLoaders): Promise<void> {
  loaders = load;
  await speak(rememberedLanguage());
}

/** Stays with the language that is there where the other cannot be loaded. */
export async function setLanguage(language: Language): Promise<void> {
  await speak(language);
  localStorage.setItem(storageKey, language);
}

/** Told now, and at every change. */
export function followLanguage(listener: (language: Language) => void): void {
  listener(spoken.get().language);
  spoken.subscribe(() => listener(spoken.get().language));
}

/** The language of this moment, for what is worded outside a component. A component uses `useWords` and follows a change. */
export function spokenNow(): Spoken {
  return spoken.get();
}

/** `t` for the page's own words, `text` for words that come from the plant file. */
export function useWords() {
  const { language, t } = useSyncExternalStore(spoken.subscribe, spoken.get);
  return { t, language, text: (text: LocalizedText): string => text[language] };
}
