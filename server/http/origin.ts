// Cross-origin requests are refused: a page elsewhere must not act, nor listen, with the session of somebody who is signed in here.

/** No Origin header: not a browser's cross-origin request. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
