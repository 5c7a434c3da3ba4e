// Once a minute while a session is up: what the server says the time is, and whether its certificate is still trusted.
import { AttributeIds, type ClientSession, type OPCUACertificateManager } from 'node-opcua';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';

/** Server_ServerStatus_CurrentTime (OPC 10000-6, annex A). */
const currentTimeNode = 'i=2258';
const lookMs = 60_000;

interface ServerLooksOptions {
  readonly session: Pick<ClientSession, 'read'>;
  /** Null where the connection is not secured. */
  readonly certificate: Parameters<OPCUACertificateManager['checkCertificate']>[0] | null;
  readonly openStore: () => Promise<Pick<OPCUACertificateManager, 'checkCertificate'>>;
  readonly clock: Clock;
  /** By how much its clock is ahead. */
  readonly onClock: (offsetMs: number) => void;
  readonly onUntrusted: (verdict: string) => void;
  /** The certificate could not be looked at. */
  readonly onFailed: (error: Error) => void;
}

/** The first look is at once. */
export function startServerLooks(options: ServerLooksOptions): { stop(): void } {
  let timer: TimerHandle | null = null;
  let isStopped = false;
  const look = (): void => {
    lookAtClock(options);
    void lookAtCertificate(options, () => isStopped);
    timer = options.clock.after(lookMs, look);
  };
  look();
  return {
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

/** Against the middle of question and answer. */
function lookAtClock({ session, clock, onClock }: ServerLooksOptions): void {
  const askedMs = clock.nowMs();
  session.read({ nodeId: currentTimeNode, attributeId: AttributeIds.Value }).then(
    (value) => {
      const told: unknown = value.value?.value;
      if (told instanceof Date && value.statusCode.isGood()) onClock(told.getTime() - (askedMs + clock.nowMs()) / 2);
    },
    // A server without a clock is no worse a server.
    () => undefined,
  );
}

/** It may be revoked or run out while its session is up: the library asks at the beginning only (OPC 10000-4, 6.1.3). */
async function lookAtCertificate(
  { certificate, openStore, onUntrusted, onFailed }: ServerLooksOptions,
  isStopped: () => boolean,
): Promise<void> {
  if (certificate === null) return;
  try {
    const verdict = await (await openStore()).checkCertificate(certificate);
    if (!verdict.isGood() && !isStopped()) onUntrusted(verdict.name);
  } catch (error) {
    onFailed(error as Error);
  }
}
