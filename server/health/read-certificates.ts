// Certificates that lie in a folder, with their ends: for the health page. A file that is no certificate is passed over.
import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CertificateFacts } from '../../domain/health/health-facts.ts';

export async function readCertificates(folder: string, use: string): Promise<readonly CertificateFacts[]> {
  const names = await readdir(folder).catch(() => []);
  const found: CertificateFacts[] = [];
  for (const name of names.filter((candidate) => /\.(pem|der|crt|cer)$/.test(candidate))) {
    const certificate = await readCertificate(path.join(folder, name), use);
    if (certificate !== null) found.push(certificate);
  }
  return found;
}

/** Null where it is none, or not there. */
export async function readCertificate(file: string, use: string): Promise<CertificateFacts | null> {
  try {
    const certificate = new X509Certificate(await readFile(file));
    // Names beyond ASCII come escaped in ways that nobody reads: then the file's name says more.
    const commonName = /CN=([\x20-\x5b\x5d-\x7e]+)$/m.exec(certificate.subject)?.[1] ?? path.basename(file);
    return { use, name: commonName, validToMs: certificate.validToDate.getTime() };
  } catch {
    return null;
  }
}
