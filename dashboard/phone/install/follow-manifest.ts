// The manifest in the language of the page, so that the installed app has its name in it.
import i18next from 'i18next';

export function followManifest(): void {
  const apply = (): void => {
    const language = i18next.language === 'en' ? 'en' : 'zh';
    document.querySelector('link[rel=manifest]')?.setAttribute('href', `/phone/manifest.${language}.webmanifest`);
  };
  i18next.on('languageChanged', apply);
  apply();
}
