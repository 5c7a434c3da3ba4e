// A certificate for 127.0.0.1 that no public authority has signed, as closed networks have them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OPCUACertificateManager } from 'node-opcua';

export async function localCertificate(
  folder: string,
): Promise<{ readonly certFile: string; readonly cert: string; readonly key: string }> {
  const manager = new OPCUACertificateManager({ rootFolder: path.join(folder, 'local-pki'), disableFileWatchers: true });
  await manager.initialize();
  const certFile = path.join(folder, 'local-certificate.pem');
  await manager.createSelfSignedCertificate({
    applicationUri: 'urn:local',
    subject: '/CN=localhost',
    dns: ['localhost'],
    ip: ['127.0.0.1'],
    outputFile: certFile,
    startDate: new Date(Date.now() - 60_000),
    validity: 30,
  });
  const key = readFileSync(manager.privateKey, 'utf8');
  await manager.dispose();
  return { certFile, cert: readFileSync(certFile, 'utf8'), key };
}
