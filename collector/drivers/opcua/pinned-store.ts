// A certificate store for one device: the plant file's pin is enough to trust that very certificate while it is in date; everything else is the store's word.
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
          const verdict = leaf !== undefined && thumbprintOf(leaf) === pin ? statusOf(leaf) : null;
          if (verdict === null)
            return (target[property] as (...parameters: unknown[]) => unknown).call(
              target,
              certificate,
              ...(callback === undefined ? [] : [callback]),
            );
          if (callback === undefined) return Promise.resolve(verdict);
          callback(null, verdict);
          return undefined;
        };
      }
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function statusOf(certificate: Buffer) {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const now = new Date();
  return validFromDate <= now && now <= validToDate ? StatusCodes.Good : StatusCodes.BadCertificateTimeInvalid;
}
