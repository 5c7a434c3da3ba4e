// `gatewatch northbound …`: which OPC UA clients have asked to come in, and letting one in or out. Works on the data folder; a running server looks there itself.
import { type ClientCertificate, listClientCertificates, moveClientCertificate } from './client-certificates.ts';
import { opcuaPkiDir } from './pki-dir.ts';

const day = (date: Date) => date.toISOString().slice(0, 10);
const line = ({ state, thumbprint, subject, validFrom, validTo }: ClientCertificate) =>
  `${state.padEnd(8)}  ${thumbprint}  ${day(validFrom)} to ${day(validTo)}  ${subject}`;

export function clientList(dataDir: string): string {
  const clients = listClientCertificates(opcuaPkiDir(dataDir));
  if (clients.length === 0) return 'no OPC UA client has tried to connect yet: its certificate appears here after the first try';
  return clients.map(line).join('\n');
}

/** Null where nobody with that certificate has ever tried. */
export function moveClient(dataDir: string, thumbprint: string, to: ClientCertificate['state']): string | null {
  const moved = moveClientCertificate(opcuaPkiDir(dataDir), thumbprint, to);
  if (moved === null) return null;
  const effect =
    to === 'trusted' ? 'it may connect from now on' : 'it is refused from its next connection on; to end a session now, disable its user';
  return `${line(moved)}\n${effect}`;
}
