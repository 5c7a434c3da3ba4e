// The browser's own offer to install the app, kept until the person asks for it in the settings.
import { Observable } from '../../live/observable.ts';

interface InstallPrompt extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

export const installPrompt = new Observable<InstallPrompt | null>(null);

export function watchInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installPrompt.set(event as InstallPrompt);
  });
  addEventListener('appinstalled', () => installPrompt.set(null));
}

export function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches;
}
