// The browser's own speech (speechSynthesis), on this machine: nothing is sent anywhere. A voice of the language is preferred that is installed here.
import type { Language } from '../../domain/text/localized-text.ts';
import type { Voice } from './alarm-speech.ts';

const tagOf: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' };

export function createBrowserVoice(): Voice {
  const synthesis = typeof speechSynthesis === 'undefined' ? null : speechSynthesis;
  const voiceOf = (language: Language) =>
    synthesis
      ?.getVoices()
      .filter((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language))
      .sort((one, other) => Number(other.lang === tagOf[language]) - Number(one.lang === tagOf[language]))[0];
  return {
    isAvailable: (language) => voiceOf(language) !== undefined,
    say(text, language, onEnd) {
      const voice = voiceOf(language);
      if (synthesis === null || voice === undefined) return onEnd();
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.addEventListener('end', onEnd);
      utterance.addEventListener('error', onEnd);
      synthesis.speak(utterance);
    },
    stop: () => synthesis?.cancel(),
  };
}
