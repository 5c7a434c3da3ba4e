// The manifest in the language of the page, so that the installed app has its name in it.
import { followLanguage } from '../../language/language.ts';

export function followManifest(): void {
  followLanguage((language) => {
    document.querySelector('link[rel=manifest]')?.setAttribute('href', `/phone/manifest.${language}.webmanifest`);
  });
}
