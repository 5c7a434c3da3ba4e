// Which client certificates may open a channel: those that the plant file pins, those that an administrator trusted (looked up at each connection, so that
// trusting needs no restart), and those of an authority in the store. Every other one is refused and kept aside for the administrator to look at.
import { X509Certificate } from 'node:crypto';
import { OPCUACertificateManager, type StatusCode, StatusCodes } from 'node-opcua';
import { forgetOldRefusals, isTrustedClient, thumbprintOf } from './client-certificates.ts';

type Answer = (error: Error | null, status?: StatusCode) => void;

export async function openClientTrust(options: {
  readonly pkiDir: string;
  readonly trustedThumbprints: readonly string[];
  readonly onRefused: (certificate: { readonly thumbprint: string; readonly subject: string; readonly status: string }) => void;
}): Promise<OPCUACertificateManager> {
  const manager = new OPCUACertificateManager({
    rootFolder: options.pkiDir,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const pinned = new Set(options.trustedThumbprints);
  const isTrusted = (thumbprint: string) => pinned.has(thumbprint) || isTrustedClient(options.pkiDir, thumbprint);

  async function check(given: Buffer | Buffer[]): Promise<StatusCode> {
    const leaf = Array.isArray(given) ? given[0] : given;
    if (leaf === undefined) return StatusCodes.BadCertificateInvalid;
    const thumbprint = thumbprintOf(leaf);
    const status = isTrusted(thumbprint) ? validity(leaf) : await libraryCheck(given);
    if (status.isNotGood()) {
      options.onRefused({ thumbprint, subject: subjectOf(leaf), status: status.name });
      forgetOldRefusals(options.pkiDir);
    }
    return status;
  }

  // Only an authority in the store can vouch for a certificate that nobody trusted by name.
  const libraryCheck = manager.checkCertificate.bind(manager) as (given: Buffer | Buffer[]) => Promise<StatusCode>;
  manager.checkCertificate = ((given: Buffer | Buffer[], answer?: Answer) => {
    const verdict = check(given);
    if (answer === undefined) return verdict;
    verdict.then(
      (status) => answer(null, status),
      (error: unknown) => answer(error as Error),
    );
    return undefined;
  }) as OPCUACertificateManager['checkCertificate'];
  return manager;
}

function validity(certificate: Buffer): StatusCode {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const now = new Date();
  return validFromDate <= now && now <= validToDate ? StatusCodes.Good : StatusCodes.BadCertificateTimeInvalid;
}

function subjectOf(certificate: Buffer): string {
  try {
    return new X509Certificate(certificate).subject.replaceAll('\n', ', ');
  } catch {
    return 'unreadable';
  }
}
