// Why a connection with an OPC UA server ended, in the driver's closed words.
import type { DriverFailure } from '../driver.ts';

export class ConnectionEnded extends Error {
  readonly reason: DriverFailure;

  constructor(reason: DriverFailure) {
    super(reason);
    this.reason = reason;
  }
}

/** Of what was thrown while it was made or up. */
export function failureOf(error: Error): DriverFailure {
  if (error instanceof ConnectionEnded) return error.reason;
  const text = error.message;
  if (/BadIdentityToken|BadUserAccessDenied|BadUserSignatureInvalid|password/i.test(text)) return 'signInRejected';
  if (/certificate|BadSecurity|untrusted/i.test(text)) return 'securityRejected';
  if (/ECONNREFUSED/.test(text)) return 'refused';
  if (/timeout|timed out|BadTimeout/i.test(text)) return 'timeout';
  if (/ECONNRESET|EPIPE/.test(text)) return 'reset';
  if (/endpoint|BadNodeId|environment variable/i.test(text)) return 'configuration';
  return 'unreachable';
}
