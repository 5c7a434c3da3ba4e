// Where the certificates of the OPC UA server and its clients lie in the data folder.
import path from 'node:path';

export function opcuaPkiDir(dataDir: string): string {
  return path.join(dataDir, 'northbound', 'opcua');
}
