// Tells the server where this phone can be reached by push. Used by the page and by the service worker.
import type { Language } from '../../../domain/text/localized-text.ts';

export type Posted = 'ok' | 'refused' | 'unreachable';

export async function postSubscription(subscription: PushSubscription, language: Language): Promise<Posted> {
  return ask('POST', { subscription: subscription.toJSON(), language });
}

export async function deleteSubscription(endpoint: string): Promise<Posted> {
  return ask('DELETE', { endpoint });
}

async function ask(method: 'POST' | 'DELETE', body: unknown): Promise<Posted> {
  try {
    const response = await fetch('/api/push/subscriptions', {
      method,
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    return response.ok ? 'ok' : 'refused';
  } catch {
    return 'unreachable';
  }
}
