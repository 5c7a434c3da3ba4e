// Pages of one test: closed when it is over, whatever comes of it.
import type { Browser } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openPage, signIn, type WatchedPage } from '../harness/chromium.ts';

type PageOptions = Parameters<typeof openPage>[1];

export async function openPageOfTest(browser: Browser | null, options: PageOptions = {}): Promise<WatchedPage> {
  const opened = await openPage(browser as Browser, options);
  onTestFinished(() => opened.page.context().close());
  return opened;
}

/** With somebody signed in: of the demo plant where no password is given. */
export async function openSignedIn(
  browser: Browser | null,
  address: string,
  username: string,
  password = `${username}-demo`,
  options: PageOptions = {},
): Promise<WatchedPage> {
  const opened = await openPageOfTest(browser, options);
  await signIn(opened.page, address, username, password);
  return opened;
}
