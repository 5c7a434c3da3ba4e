// Failures of a look at a camera, as answers to the server.
import type { ProbeFailure } from '../../domain/cameras/camera.ts';
import type { CommandFailure, EngineeringAnswer } from '../../domain/messages/engineering-command.ts';

export function failed(reason: CommandFailure, detail: string | null = null): Extract<EngineeringAnswer, { kind: 'failed' }> {
  return { kind: 'failed', reason, detail };
}

export function commandFailureOf(reason: ProbeFailure): CommandFailure {
  if (reason === 'signInRejected') return 'rejected';
  if (reason === 'configuration') return 'notRecorded';
  return reason;
}
