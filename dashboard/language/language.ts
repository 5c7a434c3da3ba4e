// The language of the page: Chinese unless the person chose otherwise, remembered in the browser. Keys are typed by the Chinese texts.
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { type Language, type LocalizedText, languages } from '../../domain/text/localized-text.ts';
import type { sharedZh, Texts } from './shared-words.ts';
import type { zh } from './zh.ts';

const storageKey = 'gatewatch.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof zh };
  }
}

function rememberedLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return languages.find((language) => language === stored) ?? 'zh';
}

function applyToDocument(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** With the words that this page shows: all of them in the control room, a part on the phone. */
export function startLanguage(words: Readonly<Record<Language, Texts<typeof sharedZh>>>): void {
  const language = rememberedLanguage();
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'zh',
    resources: { zh: { translation: words.zh }, en: { translation: words.en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  applyToDocument(language);
}

export function setLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
  applyToDocument(language);
  void i18next.changeLanguage(language);
}

/** `t` for the page's own words, `text` for words that come from the plant file. */
export function useWords() {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'zh';
  return { t, language, text: (text: LocalizedText): string => text[language] };
}
