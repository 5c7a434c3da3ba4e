// A folder for one test, gone when the test is over; one that is made outside of a test, when its file is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const ofFile = new Set<string>();
// Where a hook asks for a folder, Vitest takes no further hooks: this one is there since the file was read.
afterAll(() => {
  for (const folder of ofFile) remove(folder);
});

export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(path.join(parent, 'gatewatch-test-'));
  try {
    onTestFinished(() => remove(folder));
  } catch {
    ofFile.add(folder); // not in a test
  }
  return folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
