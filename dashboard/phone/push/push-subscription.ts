// Push on this phone: whether it can be, whether it is, and how to turn it on and off. The browser holds the address, the server is told of it.

import { pushKeySchema, pushTestAnswerSchema } from '../../../domain/api/push-api.ts';
import type { Language } from '../../../domain/text/localized-text.ts';
import { request } from '../../http/request.ts';
import { deleteSubscription, postSubscription } from './post-subscription.ts';

export type PushState = 'unknown' | 'insecure' | 'unsupported' | 'unavailable' | 'denied' | 'off' | 'on';
export type PushProblem = 'denied' | 'service' | 'server';

const workerWithinMs = 10_000;

/** Null where this browser cannot; the worker of an app that was opened just now may still be on its way. */
async function registrationOf(): Promise<ServiceWorkerRegistration | null> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return null;
  const isThere = (await navigator.serviceWorker.getRegistration('/phone/'))?.active != null;
  if (isThere) return navigator.serviceWorker.ready;
  return Promise.race([navigator.serviceWorker.ready, new Promise<null>((resolve) => setTimeout(() => resolve(null), workerWithinMs))]);
}

export async function readPushState(): Promise<PushState> {
  if (!isSecureContext) return 'insecure';
  const registration = await registrationOf();
  if (registration === null) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return (await registration.pushManager.getSubscription()) === null ? 'off' : 'on';
}

async function fetchKey(): Promise<Uint8Array<ArrayBuffer> | null> {
  const answer = await request('/api/push/key', { schema: pushKeySchema });
  return answer.kind === 'ok' ? bytesOf(answer.value.publicKey) : null;
}

/** Asks the person, the push service and the server, in this order. Null when it is on. Call from a tap. */
export async function turnPushOn(language: Language): Promise<PushProblem | null> {
  const registration = await registrationOf();
  if (registration === null || (await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await fetchKey();
  if (key === null) return 'server';
  try {
    const subscription = await subscribe(registration, key);
    if ((await postSubscription(subscription, language)) === 'ok') return null;
    await subscription.unsubscribe();
    return 'server';
  } catch {
    return 'service';
  }
}

async function subscribe(registration: ServiceWorkerRegistration, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  const before = await registration.pushManager.getSubscription();
  if (before !== null) {
    if (isSameKey(before.options.applicationServerKey, key)) return before;
    // Made for another server, or for this one before it was set up anew: messages signed with the new key would be refused.
    await before.unsubscribe();
  }
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/**
 * After every sign-in and change of language: the server must know whose phone this is now, in which language. Where the server has a new key, the
 * phone gets a new address.
 */
export async function confirmPush(language: Language): Promise<void> {
  const registration = await registrationOf();
  const before = (await registration?.pushManager.getSubscription()) ?? null;
  if (registration === null || before === null || Notification.permission !== 'granted') return;
  const key = await fetchKey();
  if (key === null) return;
  try {
    await postSubscription(await subscribe(registration, key), language);
  } catch {
    // The settings screen tells that it is off, and why.
  }
}

/** Null when it is off here and at the server. */
export async function turnPushOff(): Promise<PushProblem | null> {
  const subscription = (await (await registrationOf())?.pushManager.getSubscription()) ?? null;
  if (subscription === null) return null;
  if ((await deleteSubscription(subscription.endpoint)) === 'unreachable') return 'server';
  await subscription.unsubscribe();
  return null;
}

export type TestResult = { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly code: string };

export async function testPush(): Promise<TestResult> {
  const subscription = (await (await registrationOf())?.pushManager.getSubscription()) ?? null;
  if (subscription === null) return { kind: 'failed', code: 'off' };
  const answer = await request('/api/push/test', {
    method: 'POST',
    body: { endpoint: subscription.endpoint },
    schema: pushTestAnswerSchema,
  });
  if (answer.kind !== 'ok') return { kind: 'failed', code: answer.kind === 'problem' ? String(answer.status) : answer.kind };
  return answer.value.kind === 'sent' ? { kind: 'sent' } : { kind: 'failed', code: answer.value.reason };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function isSameKey(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (one === null) return false;
  const bytes = new Uint8Array(one);
  return bytes.length === other.length && bytes.every((byte, index) => byte === other[index]);
}
