// Certificates of OPC UA clients in the data folder: which are trusted, which were refused, and how an administrator moves one. Nobody is trusted by himself.
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const refusedMax = 100;

export interface ClientCertificate {
  /** SHA-1, hex: what OPC UA clients show. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly state: 'trusted' | 'rejected';
  readonly file: string;
}

export function thumbprintOf(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('hex');
}

function folderOf(pkiDir: string, state: ClientCertificate['state']): string {
  return state === 'trusted' ? path.join(pkiDir, 'trusted', 'certs') : path.join(pkiDir, 'rejected');
}

/** Files that are no certificates are passed over. */
export function listClientCertificates(pkiDir: string): readonly ClientCertificate[] {
  return [...certificatesIn(pkiDir, 'trusted'), ...certificatesIn(pkiDir, 'rejected')];
}

function certificatesIn(pkiDir: string, state: ClientCertificate['state']): readonly ClientCertificate[] {
  return filesIn(folderOf(pkiDir, state)).flatMap((file): ClientCertificate[] => {
    try {
      const certificate = new X509Certificate(readFileSync(file));
      const { validFromDate, validToDate, subject } = certificate;
      return [
        {
          thumbprint: thumbprintOf(certificate.raw),
          subject: subject.replaceAll('\n', ', '),
          validFrom: validFromDate,
          validTo: validToDate,
          state,
          file,
        },
      ];
    } catch {
      return [];
    }
  });
}

/** Read anew at each connection: trusting somebody needs no restart. */
export function isTrustedClient(pkiDir: string, thumbprint: string): boolean {
  return certificatesIn(pkiDir, 'trusted').some((certificate) => certificate.thumbprint === thumbprint);
}

/** Anybody can make certificates without end: only the newest refused ones are kept. */
export function forgetOldRefusals(pkiDir: string): void {
  const byAge = filesIn(folderOf(pkiDir, 'rejected')).map((file) => ({ file, ageMs: statSync(file).mtimeMs }));
  for (const { file } of byAge.toSorted((a, b) => b.ageMs - a.ageMs).slice(refusedMax)) rmSync(file, { force: true });
}

/** Null where no such certificate was ever refused or trusted. The running server looks at the folder at each connection. */
export function moveClientCertificate(pkiDir: string, thumbprint: string, to: ClientCertificate['state']): ClientCertificate | null {
  const found = listClientCertificates(pkiDir).filter((certificate) => certificate.thumbprint === thumbprint.toLowerCase());
  const [certificate] = found;
  if (certificate === undefined) return null;
  for (const { file, state } of found) {
    if (state === to) continue;
    const folder = folderOf(pkiDir, to);
    mkdirSync(folder, { recursive: true });
    renameSync(file, path.join(folder, path.basename(file)));
  }
  return { ...certificate, state: to };
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .map((name) => path.join(folder, name))
      .filter((file) => statSync(file).isFile());
  } catch {
    return [];
  }
}
