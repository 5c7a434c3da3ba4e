// The phone's service worker: keeps the files of the app (and nothing that the server says of the plant), shows pushed messages, and sends what was
// done without network when the system says that there is one again.
import { z } from 'zod';
import { pushMessageSchema } from '../../../domain/notification/push-message.ts';
import { postSubscription } from '../push/post-subscription.ts';
import { exclusivelyOnThisPhone } from '../queue/exclusively.ts';
import { openQueueStore } from '../queue/queue-store.ts';
import { queueSyncTag } from '../queue/queue-sync.ts';
import { postOverHttp } from '../queue/send-action.ts';
import { lanes, sendQueue } from '../queue/send-queue.ts';
import type { ServiceWorkerScope } from './service-worker-scope.ts';

declare const __shellFiles: readonly string[];
declare const __shellVersion: string;

z.config({ jitless: true });
const scope = globalThis as unknown as ServiceWorkerScope;
const cachePrefix = 'gatewatch-phone-';
const cacheName = `${cachePrefix}${__shellVersion}`;
const shell = new Set(__shellFiles);
const page = '/phone/index.html';

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(__shellFiles.map((file) => new Request(file, { cache: 'reload', credentials: 'same-origin' })))),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(cachePrefix) && name !== cacheName) await caches.delete(name);
      await scope.clients.claim();
    })(),
  );
});

// What is not a file of the app goes its own way to the server: no answer about the plant is ever taken from a cache.
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname.startsWith('/phone/')) event.respondWith(fromShell(page, request));
    return;
  }
  if (shell.has(url.pathname)) event.respondWith(fromShell(url.pathname, request));
});

async function fromShell(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(file)) ?? fetch(request);
}

/** The page asks: the person has chosen to take the new version now. */
scope.addEventListener('message', (event) => {
  if (event.data === 'activate') void scope.skipWaiting();
});

scope.addEventListener('sync', (event) => {
  if (event.tag === queueSyncTag) event.waitUntil(sendKept());
});

async function sendKept(): Promise<void> {
  for (const lane of lanes) {
    const run = await exclusivelyOnThisPhone(lane, () =>
      sendQueue({ store: openQueueStore(), lane, post: postOverHttp, username: null, nowMs: () => Date.now() }),
    );
    // Failing asks the system to come back later; a sign-in that has ended does not mend itself.
    if (run?.kind === 'held' && (run.reason === 'unreachable' || run.reason === 'busy')) throw new Error(`held: ${run.reason}`);
  }
}

scope.addEventListener('push', (event) => {
  event.waitUntil(show(event.data));
});

async function show(data: { json(): unknown } | null): Promise<void> {
  const message = pushMessageSchema.safeParse(readJson(data));
  if (!message.success) {
    // Never swallow a push: something happened, even if this version cannot read what.
    await scope.registration.showNotification('站哨 Gatewatch', {
      body: '有新消息，请打开应用查看。 Open the app to read.',
      icon: '/phone/icon-192.png',
    });
    return;
  }
  const { title, text, tag, path, urgency, language, atMs } = message.data;
  const options: NotificationOptions & { renotify: boolean; timestamp: number; vibrate: readonly number[] } = {
    body: text,
    tag,
    renotify: true,
    requireInteraction: urgency === 'critical',
    lang: language === 'zh' ? 'zh-CN' : 'en',
    icon: '/phone/icon-192.png',
    badge: '/phone/badge-96.png',
    timestamp: atMs,
    vibrate: urgency === 'critical' ? [400, 150, 400, 150, 400] : [250],
    data: { path },
  };
  await scope.registration.showNotification(title, options);
}

function readJson(data: { json(): unknown } | null): unknown {
  try {
    return data?.json();
  } catch {
    return undefined;
  }
}

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data: unknown = event.notification.data;
  const parsed = z.object({ path: z.string().startsWith('/phone/') }).safeParse(data);
  event.waitUntil(open(parsed.success ? parsed.data.path : '/phone/'));
});

async function open(path: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const app = windows.find((client) => new URL(client.url).pathname.startsWith('/phone/'));
  if (app === undefined) {
    await scope.clients.openWindow(path);
    return;
  }
  app.postMessage({ kind: 'open', path });
  await app.focus();
}

// The push service changed the address of this phone. Where nobody is signed in any more, the app does it when it is next opened.
scope.addEventListener('pushsubscriptionchange', (event) => {
  const key = event.oldSubscription?.options.applicationServerKey;
  if (key == null) return;
  event.waitUntil(
    scope.registration.pushManager
      .subscribe({ userVisibleOnly: true, applicationServerKey: key })
      .then((subscription) => postSubscription(subscription, 'zh')),
  );
});
