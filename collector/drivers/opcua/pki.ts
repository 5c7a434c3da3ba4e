// The collector's certificate store. Nobody is trusted by himself: a server certificate is accepted only if the plant file pins it or an engineer put it
// into `trusted/certs`. A refused one is kept in `rejected` so that the engineer can look at it and move it.
import { createHash } from 'node:crypto';
import { OPCUACertificateManager } from 'node-opcua';

const managers = new Map<string, Promise<OPCUACertificateManager>>();

/** One store a folder; making its key pair takes seconds, so drivers that start together share the work. */
export function openPki(pkiDir: string): Promise<OPCUACertificateManager> {
  let manager = managers.get(pkiDir);
  if (manager === undefined) {
    manager = (async () => {
      const opened = new OPCUACertificateManager({
        rootFolder: pkiDir,
        automaticallyAcceptUnknownCertificate: false,
        disableFileWatchers: true,
      });
      await opened.initialize();
      return opened;
    })();
    managers.set(pkiDir, manager);
  }
  return manager;
}

export function thumbprintOf(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('hex');
}
