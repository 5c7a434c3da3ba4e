// The EventId of a condition's event: which occurrence of the alarm it told of and in which version. A client that acts names it, so an action on what has
// passed is known for what it is, also after a restart of the server.

const length = 24;
const noOccurrence = Buffer.alloc(16);

export interface EventIdentity {
  /** Null where the alarm had not occurred. */
  readonly occurrenceId: string | null;
  readonly version: number;
}

/** `serial` tells events of one version apart (a change of quality is an event too). */
export function encodeEventId(identity: EventIdentity, serial: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (identity.occurrenceId !== null) Buffer.from(identity.occurrenceId.replaceAll('-', ''), 'hex').copy(bytes, 0);
  bytes.writeUInt32BE(identity.version % 2 ** 32, 16);
  bytes.writeUInt32BE(serial % 2 ** 32, 20);
  return bytes;
}

/** Null where it cannot be one of ours. */
export function decodeEventId(eventId: Uint8Array): EventIdentity | null {
  if (eventId.length !== length) return null;
  const bytes = Buffer.from(eventId);
  const hex = bytes.toString('hex', 0, 16);
  const occurrenceId = bytes.subarray(0, 16).equals(noOccurrence)
    ? null
    : [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { occurrenceId, version: bytes.readUInt32BE(16) };
}
