// The phone app's entry: its own page under /phone/, with its own service worker, so that a phone loads and keeps little.
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { startLanguage } from '../language/language.ts';
import { createBrowserClock } from '../time/browser-clock.ts';
import { watchForUpdate } from './install/app-update.ts';
import { followManifest } from './install/follow-manifest.ts';
import { watchInstallPrompt } from './install/install-prompt.ts';
import { hasChineseGlyphs } from './look/chinese-glyphs.ts';
import { startLook } from './look/phone-look.ts';
import { createPhoneQueries, PhoneApp } from './phone-app.tsx';
import { recall, rememberFrom } from './remembered.ts';
import '../look/tokens.css';
import '../look/base.css';
import './look/phone.css';

// zod would compile its parsers with `new Function`, which the content security policy forbids.
z.config({ jitless: true });
startLook();
await startLanguage({
  zh: async () => (await import('./words/all-zh.ts')).words,
  en: async () => (await import('./words/all-en.ts')).words,
});
followManifest();
watchInstallPrompt();

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
const clock = createBrowserClock();
const queries = createPhoneQueries();
// A disk that does not answer must not keep the first picture back.
await Promise.race([recall(queries, clock.nowMs()), new Promise((resolve) => setTimeout(resolve, 1_500))]);
rememberFrom(queries);
createRoot(root).render(<PhoneApp clock={clock} queries={queries} />);
watchForUpdate();
// Unsent actions must outlive a phone that is short of room.
void navigator.storage?.persist?.();
if (!hasChineseGlyphs()) void import('../look/font.ts');
