// The language of the page: Chinese unless the person chose otherwise, remembered in the browser. Keys are typed by the Chinese texts.
import i18next, { type TFunction } from 'i18next';
import { useSyncExternalStore } from 'react';
import { type Language, type LocalizedText, languages } from '../../domain/text/localized-text.ts';
import type { Texts } from './shared-words.ts';
import type { sharedZh } from './shared-zh.ts';
import type { zh } from './zh.ts';

const storageKey = 'gatewatch.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof zh };
  }
}

/** The words that a page shows: all in the control room, a part on the phone. Each language is loaded when it is first spoken. */
export type WordLoaders = Readonly<Record<Language, () => Promise<Texts<typeof sharedZh> & { readonly [group: string]: object }>>>;

let loaders: WordLoaders | null = null;

function rememberedLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return languages.find((language) => language === stored) ?? 'zh';
}

function applyToDocument(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export async function startLanguage(load: WordLoaders): Promise<void> {
  loaders = load;
  const language = rememberedLanguage();
  await i18next.init({
    lng: language,
    resources: { [language]: { translation: await load[language]() } },
    interpolation: { escapeValue: false },
  });
  applyToDocument(language);
}

/** Stays with the language that is there where the other cannot be loaded. */
export async function setLanguage(language: Language): Promise<void> {
  if (loaders === null) throw new Error('setLanguage was called before startLanguage');
  if (!i18next.hasResourceBundle(language, 'translation')) i18next.addResourceBundle(language, 'translation', await loaders[language]());
  localStorage.setItem(storageKey, language);
  applyToDocument(language);
  await i18next.changeLanguage(language);
}

function subscribe(listener: () => void): () => void {
  i18next.on('languageChanged', listener);
  return () => i18next.off('languageChanged', listener);
}

const spoken = (): Language => (i18next.language === 'en' ? 'en' : 'zh');
const translators = new Map<Language, TFunction>();

function translatorOf(language: Language): TFunction {
  let translator = translators.get(language);
  if (translator === undefined) {
    translator = i18next.getFixedT(language);
    translators.set(language, translator);
  }
  return translator;
}

/** `t` for the page's own words, `text` for words that come from the plant file. */
export function useWords() {
  const language = useSyncExternalStore(subscribe, spoken);
  return { t: translatorOf(language), language, text: (text: LocalizedText): string => text[language] };
}
