// Where the embedded historian lies, as its URL says.
import path from 'node:path';

export function duckdbFolder(url: string, dataDir: string): string {
  const rest = url.slice('duckdb:'.length);
  if (rest === '') return path.join(dataDir, 'historian');
  if (!rest.startsWith('//')) return rest;
  if (!rest.startsWith('///')) {
    throw new Error(
      `historian ${JSON.stringify(url)} names a host: an absolute folder has three slashes (duckdb:///var/lib/gatewatch), a relative one none (duckdb:folder)`,
    );
  }
  return decodeURIComponent(rest.slice(2));
}
