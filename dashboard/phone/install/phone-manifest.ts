// What a phone is told about the app that it installs. One file a language, one identity: changing the language does not make a second app.
import type { Language } from '../../../domain/text/localized-text.ts';

export const iconFiles = ['icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'badge-96.png'] as const;

const names: Readonly<
  Record<Language, { readonly name: string; readonly short: string; readonly description: string; readonly alarms: string }>
> = {
  zh: { name: '站哨 抢险', short: '站哨', description: '场站报警与抢险处置', alarms: '报警' },
  en: { name: 'Gatewatch Field', short: 'Gatewatch', description: 'Station alarms and incidents for emergency teams', alarms: 'Alarms' },
};

export function manifestFor(language: Language): object {
  const { name, short, description, alarms } = names[language];
  return {
    id: '/phone/',
    name,
    short_name: short,
    description,
    lang: language === 'zh' ? 'zh-CN' : 'en',
    dir: 'ltr',
    start_url: '/phone/',
    scope: '/phone/',
    display: 'standalone',
    orientation: 'portrait',
    background_color: '#ffffff',
    theme_color: '#000000',
    icons: [
      { src: '/phone/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
      { src: '/phone/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
      { src: '/phone/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
    shortcuts: [{ name: alarms, url: '/phone/alarms' }],
  };
}
