// Evidence in a browser: the auditor has a bundle made and fetches it; an inspector opens the offline page from his own disk and checks it there.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, openPage, picture, signIn } from '../harness/chromium.ts';
import { inletPressure, northGateText, type OwnPlant, startOwnPlant } from '../harness/own-plant.ts';
import { seriousFaults } from '../harness/serious-faults.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const browser: Browser | null = await launchChromium();
afterAll(() => browser?.close());

describe.skipIf(browser === null)('evidence in a browser', () => {
  const folder = temporaryFolder();
  const bundle = path.join(folder, 'bundle.zip');
  const verifier = path.join(folder, 'gatewatch-verify.html');
  let plant: OwnPlant;
  let page: Page;
  let complaints: string[];
  let keyId: string;

  beforeAll(async () => {
    plant = await startOwnPlant(({ port }) => northGateText(port, [inletPressure]), { folder });
    ({ page, complaints } = await openPage(browser as Browser));
    await signIn(page, plant.gatewatch.address, 'admin', plant.firstPassword);
  });
  afterAll(async () => {
    await page?.context().close();
    await plant?.stop();
  });

  test('a bundle is asked for, made, and fetched together with the offline page', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await page.getByTestId('evidence-screen').waitFor();
    await page.getByTestId('evidence-station').selectOption('GS-01');
    await page.getByTestId('evidence-reason').fill('季度检查');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('evidence-ask').click();
    const fetched = page.getByTestId('evidence-download');
    await fetched.waitFor({ timeout: 30_000 });
    keyId = (await page.getByTestId('evidence-key').textContent()) ?? '';
    expect(keyId).toMatch(/^[0-9a-f]{16}$/);
    await picture(page, 'evidence');
    for (const [button, file] of [
      ['evidence-download', bundle],
      ['verify-page', verifier],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByTestId(button).click();
      await (await download).saveAs(file);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('the offline page, opened from disk without any network, says that it holds, and what does not after one byte was changed', async () => {
    const context = await (browser as Browser).newContext({ offline: true, locale: 'zh-CN' });
    const asked: string[] = [];
    try {
      const inspector = await context.newPage();
      inspector.on('request', (request) => asked.push(request.url()));
      await inspector.goto(pathToFileURL(verifier).href);
      const result = inspector.locator('#result');
      const verify = async (file: string, key: string) => {
        await inspector.locator('#bundle').setInputFiles(file);
        await inspector.locator('#key').fill(key);
        await inspector.locator('#verify').click();
        await expect.poll(() => result.getAttribute('data-verdict')).not.toBeNull();
        return { verdict: await result.getAttribute('data-verdict'), said: (await result.textContent()) ?? '' };
      };
      const whole = await verify(bundle, keyId);
      expect(whole.said).toContain('证据包成立');
      expect(whole.verdict).toBe('holds');
      expect(whole.said).toMatch(/城北门站.*良好/);
      expect(await seriousFaults(inspector)).toEqual([]);
      await picture(inspector, 'verify');
      expect(await verify(bundle, '0'.repeat(16))).toMatchObject({ verdict: 'broken', said: expect.stringContaining('证据包不成立') });
      const altered = path.join(folder, 'altered.zip');
      copyFileSync(bundle, altered);
      const bytes = readFileSync(altered);
      const at = bytes.indexOf('journal/journal.jsonl') + 200;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(altered, bytes);
      const changed = await verify(altered, keyId);
      expect(changed.verdict).toBe('broken');
      expect(changed.said).toContain('journal/journal.jsonl');
      expect(asked).toEqual([pathToFileURL(verifier).href]);
    } finally {
      await context.close();
    }
  });
});
