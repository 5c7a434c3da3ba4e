// Messages whose JSON is put together from parts that were made once for all clients. On the wire they are ordinary socket.io events.
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';

/** Stands for a message of type `T`; `json` must be the JSON of one. */
class PreparedMessage {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** The message as `emit` takes it; only `preparedParser` knows how to send it. */
export function preparedMessage<T>(json: string): T {
  return new PreparedMessage(json) as T;
}

class PreparedEncoder extends Encoder {
  override encode(packet: Packet): (string | Buffer)[] {
    const [event, message] = Array.isArray(packet.data) ? packet.data : [];
    if (packet.type === PacketType.EVENT && packet.nsp === '/' && packet.id === undefined && message instanceof PreparedMessage)
      return [`${PacketType.EVENT}[${JSON.stringify(event)},${message.json}]`];
    return super.encode(packet);
  }
}

export const preparedParser = { Encoder: PreparedEncoder, Decoder };
