// A certificate store for one device: the plant file's pin is enough to trust that very certificate while it is in date and no list of revoked ones that the
// store holds names it; everything else is the store's word.
import { X509Certificate } from 'node:crypto';
import { type OPCUACertificateManager, StatusCodes } from 'node-opcua';
import { thumbprintOf } from './pki.ts';

export function pinnedStore(manager: OPCUACertificateManager, thumbprint: string | null): OPCUACertificateManager {
  if (thumbprint === null) return manager;
  const pin = thumbprint.toLowerCase();
  return new Proxy(manager, {
    get(target, property) {
      if (property === 'checkCertificate' || property === 'getTrustStatus') {
        return (certificate: Buffer | Buffer[], callback?: (error: Error | null, status?: unknown) => void) => {
          const leaf = Array.isArray(certificate) ? certificate[0] : certificate;
          if (leaf === undefined || thumbprintOf(leaf) !== pin)
            return (target[property] as (...parameters: unknown[]) => unknown).call(
              target,
              certificate,
              ...(callback === undefined ? [] : [callback]),
            );
          const verdict = statusOf(target, leaf);
          if (callback === undefined) return verdict;
          verdict.then(
            (status) => callback(null, status),
            (error: Error) => callback(error),
          );
          return undefined;
        };
      }
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

async function statusOf(manager: OPCUACertificateManager, certificate: Buffer) {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const now = new Date();
  if (now < validFromDate || validToDate < now) return StatusCodes.BadCertificateTimeInvalid;
  const inStore: string = await manager.verifyCertificate(certificate);
  if (inStore === 'BadCertificateRevoked') return StatusCodes.BadCertificateRevoked;
  if (inStore === 'BadCertificateIssuerRevoked') return StatusCodes.BadCertificateIssuerRevoked;
  return StatusCodes.Good;
}
