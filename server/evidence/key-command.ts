// `gatewatch evidence keys` and `rotate-key`: works on the files of a data folder, also while the server runs.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PublicKey } from '../../domain/evidence/signed-head.ts';
import { SigningKeys } from './signing-keys.ts';

export async function keyLines(dataDir: string): Promise<readonly string[]> {
  return (await (await openKeys(dataDir)).publicKeys()).map(lineOf);
}

export async function rotateKey(dataDir: string, nowMs: number): Promise<readonly string[]> {
  const keys = await openKeys(dataDir);
  const next = await keys.rotate(nowMs);
  return [
    'the new key signs from now on; it is signed by the key before it:',
    lineOf(next),
    'tell its id to everybody who holds the old one, and back the data folder up',
  ];
}

async function openKeys(dataDir: string): Promise<SigningKeys> {
  if (!existsSync(path.join(dataDir, 'evidence', 'keys')))
    throw new Error(`${dataDir} has no signing keys: they are made when the server first starts`);
  return SigningKeys.open(dataDir, 0);
}

function lineOf({ keyId, publicKey, madeAtMs }: PublicKey): string {
  return `${keyId}  made ${new Date(madeAtMs).toISOString()}  ${publicKey}`;
}
