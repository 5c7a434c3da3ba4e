// The page's entry: settings of the browser first, then the whole.
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { startLanguage } from './language/language.ts';
import { zh } from './language/zh.ts';
import { startTheme } from './look/theme.ts';
import { App } from './shell/app.tsx';
import { AlarmSound } from './sound/alarm-sound.ts';
import { AlarmSpeech } from './sound/alarm-speech.ts';
import { createBrowserVoice } from './sound/browser-voice.ts';
import { createWebAudioPlayer } from './sound/web-audio-player.ts';
import { createBrowserClock } from './time/browser-clock.ts';
import { applyWallAddress, isWallPage } from './wall/wall-address.ts';
import './look/tokens.css';
import './look/base.css';

// zod would compile its parsers with `new Function`, which the content security policy forbids.
z.config({ jitless: true });
if (isWallPage()) applyWallAddress(location.search, localStorage);
startTheme();
await startLanguage({ zh: async () => zh, en: async () => (await import('./language/en.ts')).en });

const clock = createBrowserClock();
const sound = new AlarmSound({ clock, player: createWebAudioPlayer() });
const speech = new AlarmSpeech({ voice: createBrowserVoice(), storage: localStorage });
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(<App clock={clock} sound={sound} speech={speech} />);
// Chinese glyphs come after the first picture, piece by piece as they are needed; until then the system's own are shown.
void import('./look/font.ts');
