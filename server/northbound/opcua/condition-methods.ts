// The methods of Part 9 that a client may call on a condition, read from the call and handed to the server. The server decides; here nothing is done to an alarm.
// Source: OPC UA Part 9 v1.05, 5.5.4 to 5.8.
import {
  type CallMethodRequest,
  type CallMethodResultOptions,
  DataType,
  DiagnosticInfo,
  LocalizedText,
  StatusCodes,
  type Variant,
} from 'node-opcua';
import type { OpcuaAction, OpcuaAnswer } from './opcua-messages.ts';

type Read = (input: readonly Variant[]) => OpcuaAction;

interface MethodShape {
  readonly inputs: readonly DataType[];
  readonly read: Read;
}

const commentOf = (variant: Variant | undefined): string | null => {
  const value: unknown = variant?.value;
  return value instanceof LocalizedText ? (value.text ?? null) : null;
};
const eventIdOf = (variant: Variant | undefined): Uint8Array => {
  const value: unknown = variant?.value;
  return value instanceof Uint8Array ? Uint8Array.from(value) : new Uint8Array();
};
const numberOf = (variant: Variant | undefined): number => {
  const value: unknown = variant?.value;
  return typeof value === 'number' ? value : Number.NaN;
};

export const conditionMethods: ReadonlyMap<string, MethodShape> = new Map<string, MethodShape>([
  [
    'Acknowledge',
    {
      inputs: [DataType.ByteString, DataType.LocalizedText],
      read: ([eventId, comment]) => ({ kind: 'acknowledge', eventId: eventIdOf(eventId), comment: commentOf(comment) }),
    },
  ],
  [
    'AddComment',
    {
      inputs: [DataType.ByteString, DataType.LocalizedText],
      read: ([eventId, comment]) => ({ kind: 'comment', eventId: eventIdOf(eventId), comment: commentOf(comment) }),
    },
  ],
  ['TimedShelve', { inputs: [DataType.Double], read: ([forMs]) => ({ kind: 'timedShelve', forMs: numberOf(forMs), comment: null }) }],
  [
    'TimedShelve2',
    {
      inputs: [DataType.Double, DataType.LocalizedText],
      read: ([forMs, comment]) => ({ kind: 'timedShelve', forMs: numberOf(forMs), comment: commentOf(comment) }),
    },
  ],
  ['OneShotShelve', { inputs: [], read: () => ({ kind: 'oneShotShelve', comment: null }) }],
  ['OneShotShelve2', { inputs: [DataType.LocalizedText], read: ([comment]) => ({ kind: 'oneShotShelve', comment: commentOf(comment) }) }],
  ['Unshelve', { inputs: [], read: () => ({ kind: 'unshelve', comment: null }) }],
  ['Unshelve2', { inputs: [DataType.LocalizedText], read: ([comment]) => ({ kind: 'unshelve', comment: commentOf(comment) }) }],
  ['Reset', { inputs: [], read: () => ({ kind: 'reset', comment: null }) }],
  ['Reset2', { inputs: [DataType.LocalizedText], read: ([comment]) => ({ kind: 'reset', comment: commentOf(comment) }) }],
]);

/** What stands in the table of Part 9 but is not for other systems to do: an alarm is never switched off, and out of service needs a permit and a second person. */
export const refusedMethods: ReadonlySet<string> = new Set([
  'Disable',
  'Suppress',
  'Suppress2',
  'Unsuppress',
  'Unsuppress2',
  'RemoveFromService',
  'RemoveFromService2',
  'PlaceInService',
  'PlaceInService2',
  'Silence',
]);

export type ReadCall =
  | { readonly kind: 'action'; readonly action: OpcuaAction }
  | { readonly kind: 'wrong'; readonly result: CallMethodResultOptions };

/** Checks number and types of the arguments, as Part 4, 5.12.2 asks. */
export function readCall(shape: MethodShape, request: CallMethodRequest): ReadCall {
  const input = request.inputArguments ?? [];
  if (input.length < shape.inputs.length) return { kind: 'wrong', result: { statusCode: StatusCodes.BadArgumentsMissing } };
  if (input.length > shape.inputs.length) return { kind: 'wrong', result: { statusCode: StatusCodes.BadTooManyArguments } };
  const fits = input.map((variant, position) => {
    const isAbsent = variant.dataType === DataType.Null || variant.value === null;
    // A comment that is not given is a null LocalizedText; clients also send a null variant.
    return shape.inputs[position] === DataType.LocalizedText && isAbsent ? true : variant.dataType === shape.inputs[position];
  });
  if (fits.includes(false)) {
    const inputArgumentResults = fits.map((isRight) => (isRight ? StatusCodes.Good : StatusCodes.BadTypeMismatch));
    return { kind: 'wrong', result: { statusCode: StatusCodes.BadInvalidArgument, inputArgumentResults } };
  }
  return { kind: 'action', action: shape.read(input) };
}

export function resultOf(answer: OpcuaAnswer, shape: MethodShape): CallMethodResultOptions & { readonly statusText?: string } {
  const statusCode = statusCodeNamed(answer.status);
  const words = answer.text === null ? {} : { statusText: answer.text };
  if (statusCode.isGood())
    return { statusCode, inputArgumentResults: shape.inputs.map(() => StatusCodes.Good), outputArguments: [], ...words };
  return {
    statusCode,
    inputArgumentResults: shape.inputs.map((_, position) => (position === answer.badArgument ? statusCode : StatusCodes.Good)),
    // A client that asks for diagnostics is told why, in words.
    inputArgumentDiagnosticInfos:
      answer.text === null
        ? []
        : shape.inputs.map(
            (_, position) => new DiagnosticInfo(position === (answer.badArgument ?? 0) ? { additionalInfo: answer.text } : {}),
          ),
    ...words,
  };
}

function statusCodeNamed(name: string) {
  return (StatusCodes as unknown as Readonly<Record<string, typeof StatusCodes.Good>>)[name] ?? StatusCodes.BadInternalError;
}
