// Registers the service worker, and notices a new version of the app: it waits until the person takes it, or until the app is next opened from closed.
import { Observable } from '../../live/observable.ts';

export const waitingUpdate = new Observable<ServiceWorker | null>(null);

const lookEveryMs = 30 * 60_000;

export function watchForUpdate(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  navigator.serviceWorker
    .register('/phone/service-worker.js', { scope: '/phone/', updateViaCache: 'none' })
    .then((registration) => {
      const note = (): void => {
        // The very first one is no update.
        if (registration.waiting !== null && navigator.serviceWorker.controller !== null) waitingUpdate.set(registration.waiting);
      };
      note();
      registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', note));
      const look = (): void => void registration.update().catch(() => undefined);
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') look();
      });
      setInterval(look, lookEveryMs);
    })
    // Without it the app works, but only with network: the settings screen tells.
    .catch(() => undefined);
}

/** Changes to the new version and loads it. */
export function takeUpdate(worker: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  worker.postMessage('activate');
}
