// A certificate store that tells of what it refuses: whose certificate, and why. Trusts nobody and refuses nobody itself.
import { X509Certificate } from 'node:crypto';
import type { OPCUACertificateManager, StatusCode } from 'node-opcua';
import { thumbprintOf } from './pki.ts';

export interface RefusedServerCertificate {
  /** SHA-1, as `serverThumbprint` of the plant file and the file in `rejected` have it. */
  readonly thumbprint: string;
  readonly subject: string;
  /** OPC UA's name for the reason, such as BadCertificateUntrusted. */
  readonly verdict: string;
}

const longestSubject = 200;

export function watchedStore(
  store: OPCUACertificateManager,
  onRefused: (refused: RefusedServerCertificate) => void,
): OPCUACertificateManager {
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      if (property !== 'checkCertificate') return member.bind(target);
      return (certificate: Buffer | Buffer[], callback?: (error: Error | null, status?: StatusCode) => void) => {
        const leaf = Array.isArray(certificate) ? certificate[0] : certificate;
        const told = (status: StatusCode | undefined): void => {
          if (leaf !== undefined && status?.isGood() === false)
            onRefused({ thumbprint: thumbprintOf(leaf), subject: subjectOf(leaf), verdict: status.name });
        };
        if (callback !== undefined)
          return member.call(target, certificate, (error: Error | null, status?: StatusCode) => {
            told(status);
            callback(error, status);
          });
        return (member.call(target, certificate) as Promise<StatusCode>).then((status) => {
          told(status);
          return status;
        });
      };
    },
  });
}

function subjectOf(certificate: Buffer): string {
  try {
    return new X509Certificate(certificate).subject.split('\n').join(', ').slice(0, longestSubject);
  } catch {
    return '';
  }
}
