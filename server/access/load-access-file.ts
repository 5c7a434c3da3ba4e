// The access file from the disk. One with an error stops the start: nothing runs with other rules than those that were written.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AccessPolicy, defaultAccessPolicy, parseAccessFile } from '../../domain/access/access-policy.ts';
import { StartError } from '../../domain/start/start-error.ts';

/** Paths in it are relative to it. */
export function loadAccessFile(file: string | undefined): AccessPolicy {
  if (file === undefined) return defaultAccessPolicy;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the access file ${file}: ${(error as Error).message}`);
  }
  const parsed = parseAccessFile(text);
  if (parsed.kind === 'invalid')
    throw new StartError(
      [...parsed.messages.map((message) => `${file}: ${message}`), 'the access file was not used: nothing was started'].join('\n'),
    );
  const { tls } = parsed.policy;
  if (tls === undefined) return parsed.policy;
  const beside = (name: string) => path.resolve(path.dirname(file), name);
  return { ...parsed.policy, tls: { ...tls, certificateFile: beside(tls.certificateFile), keyFile: beside(tls.keyFile) } };
}
