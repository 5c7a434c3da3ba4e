// The collector's certificate store. Nobody is trusted by himself: a server certificate is accepted only if the plant file pins it or an engineer put it
// into `trusted/certs`. A refused one is kept in `rejected` so that the engineer can look at it and move it; what he moves counts at the next connection.
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OPCUACertificateManager } from 'node-opcua';

interface OpenStore {
  readonly manager: Promise<OPCUACertificateManager>;
  /** The files that it was read from. */
  readonly contents: string;
}

const stores = new Map<string, OpenStore>();
/** What decides whom to trust; the library reads it once only. */
const decidingFolders = ['trusted/certs', 'trusted/crl', 'issuers/certs', 'issuers/crl'];

/**
 * One store a folder; making its key pair takes seconds, so drivers that start together share the work. Where certificates or lists of revoked ones were added or
 * taken away since, the folder is opened anew, and the one that others are looking at right now is left as it is.
 */
export async function openPki(pkiDir: string): Promise<OPCUACertificateManager> {
  const contents = await contentsOf(pkiDir);
  let store = stores.get(pkiDir);
  if (store === undefined || store.contents !== contents) {
    store = { manager: open(pkiDir), contents };
    stores.set(pkiDir, store);
  }
  return store.manager;
}

async function open(pkiDir: string): Promise<OPCUACertificateManager> {
  const manager = new OPCUACertificateManager({
    rootFolder: pkiDir,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await manager.initialize();
  return manager;
}

async function contentsOf(pkiDir: string): Promise<string> {
  const files = await Promise.all(
    decidingFolders.map(async (folder) => {
      const names = await readdir(path.join(pkiDir, folder)).catch(() => []);
      return await Promise.all(
        names.toSorted().map(async (name) => {
          const file = await stat(path.join(pkiDir, folder, name)).catch(() => null);
          return `${folder}/${name} ${file?.size} ${file?.mtimeMs}`;
        }),
      );
    }),
  );
  return files.flat().join('\n');
}

export function thumbprintOf(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('hex');
}
