// Background Sync, where the browser has it: the system wakes the service worker when there is a network, also while the app is closed.

export const queueSyncTag = 'gatewatch-queue';

interface WithSync {
  readonly sync?: { register(tag: string): Promise<void> };
}

/** Without it nothing is lost: the queue is sent when the app is next open. */
export async function askForSync(): Promise<void> {
  try {
    const registration = (await navigator.serviceWorker?.getRegistration()) as (ServiceWorkerRegistration & WithSync) | undefined;
    await registration?.sync?.register(queueSyncTag);
  } catch {
    // Said above.
  }
}
