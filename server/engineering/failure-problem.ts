// A command that failed at the collector or the device, as a problem document that says where and what to do.
import type { CommandFailure, EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { ProblemError } from '../http/problem-error.ts';

const texts: Readonly<Record<CommandFailure, string>> = {
  noCollector: 'The collector of this station is not there: look after its process.',
  timeout: 'No answer in time: the device is slow, or nothing is at this address.',
  closed: 'The connection was closed; try again.',
  busy: 'The collector answers others; try again in a moment.',
  unknownDevice: 'The collector does not know this device: does it run the same plant file?',
  wrongProtocol: 'This device speaks another protocol.',
  notConnected: 'The device is not connected: see the reason in its status.',
  hostNotAllowed: 'This host belongs to no device of the plant file: add it to engineering.peekHosts.',
  forbiddenRange: 'The plant file forbids these registers (limits.forbidden).',
  tooManyRegisters: 'More registers than the device allows in one request.',
  refused: 'The device refuses the connection: is the port right?',
  reset: 'The device ended the connection.',
  protocolViolation: 'What came back is no answer to what was asked: is the framing right (Modbus TCP, or RTU over TCP)?',
  unreachable: 'The host cannot be reached: check address and network.',
  stopped: 'The collector is stopping.',
  deviceException: 'The device answers with an exception.',
  nodeUnknown: 'The server has no such node, or does not let it be read.',
  noPicture: 'The camera gives no picture.',
  noDecoder: 'Nothing at the collector can decode the picture.',
  notRecorded: 'Nothing is recorded of that moment.',
  rejected: 'It was refused.',
};

export function failureProblem(answer: EngineeringAnswer): ProblemError {
  if (answer.kind !== 'failed') return new ProblemError(502, 'No answer', { detail: 'The collector’s answer was to another question.' });
  const { reason, detail } = answer;
  const status =
    reason === 'hostNotAllowed' || reason === 'forbiddenRange' || reason === 'tooManyRegisters' ? 422 : reason === 'busy' ? 429 : 502;
  return new ProblemError(status, 'Not answered', {
    detail: detail === null ? texts[reason] : `${texts[reason]} (${detail})`,
    extra: { reason, reasonDetail: detail },
  });
}
