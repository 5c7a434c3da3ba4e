// Certificates of OPC UA clients in the data folder: which are trusted, which were refused, and how an administrator moves one. Nobody is trusted by himself.
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

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
  return (['trusted', 'rejected'] as const).flatMap((state) => {
    const folder = folderOf(pkiDir, state);
    return filesIn(folder).flatMap((file): ClientCertificate[] => {
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
  });
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
