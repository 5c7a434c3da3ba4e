// The server's own certificate and key for HTTPS: read at the start, read again when a file changes, so that a renewed certificate needs no restart. A pair that
// does not fit together is refused: at the start that stops it, later the old one goes on.
import { readFileSync, statSync } from 'node:fs';
import type { Server as HttpsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { TlsSettings } from '../../domain/access/access-policy.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';

const lookMs = 2_000;

/** Throws where a file cannot be read or the two do not belong together. */
export function readTlsFiles({ certificateFile, keyFile, minimumVersion }: TlsSettings): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    minVersion: `TLSv${minimumVersion}`,
  };
  createSecureContext(options);
  return options;
}

export function followTlsFiles(settings: TlsSettings, server: HttpsServer, clock: Clock, log: Logger): () => Promise<void> {
  const stamp = () =>
    [settings.certificateFile, settings.keyFile].map((file) => `${statSync(file).mtimeMs} ${statSync(file).size}`).join(' ');
  let used = stamp();
  return repeat(
    clock,
    { firstMs: lookMs, everyMs: lookMs },
    async () => {
      const now = stamp();
      if (now === used) return;
      server.setSecureContext(readTlsFiles(settings));
      used = now;
      log.info({ file: settings.certificateFile }, 'the new certificate is in use');
    },
    (error) => log.error({ err: error }, 'the new certificate or its key cannot be used; the old one goes on'),
  );
}
