// The machine that a collector runs on, looked at once a minute: room on its disk, its memory, the certificates it goes by.
import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { MachineStatus } from '../../domain/messages/collector-status.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { spaceAt } from '../../historian/disk-space.ts';

const lookMs = 60_000;

export class MachineWatch {
  readonly #dataDir: string;
  readonly #clock: Clock;
  #status: MachineStatus | null = null;
  #timer: TimerHandle | null = null;
  #isStopped = false;

  constructor(options: { readonly dataDir: string; readonly clock: Clock }) {
    this.#dataDir = options.dataDir;
    this.#clock = options.clock;
    void this.#look();
  }

  /** Null until it has looked once. */
  status(): MachineStatus | null {
    return this.#status;
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    try {
      const space = await spaceAt(this.#dataDir);
      const pki = path.join(this.#dataDir, 'pki');
      const certificates = [
        ...(await readCertificates(path.join(pki, 'own', 'certs'), 'opcuaClient')),
        ...(await readCertificates(path.join(pki, 'trusted', 'certs'), 'device')),
      ];
      this.#status = {
        disk: { folder: this.#dataDir, ...space },
        residentBytes: process.memoryUsage.rss(),
        certificates,
      };
    } catch {
      // A folder that cannot be asked has other faults to tell of.
    }
    if (!this.#isStopped) this.#timer = this.#clock.after(lookMs, () => void this.#look());
  }
}

async function readCertificates(folder: string, use: string): Promise<MachineStatus['certificates']> {
  const names = await readdir(folder).catch(() => []);
  const found: MachineStatus['certificates'] = [];
  for (const name of names.filter((candidate) => /\.(pem|der|crt|cer)$/.test(candidate))) {
    try {
      const certificate = new X509Certificate(await readFile(path.join(folder, name)));
      found.push({ use, name, validToMs: certificate.validToDate.getTime() });
    } catch {
      // Not a certificate: nothing to tell of it.
    }
  }
  return found;
}
