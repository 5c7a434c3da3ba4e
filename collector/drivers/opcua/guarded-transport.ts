// The OPC UA library asserts on what a server says in the event handler of its socket (an Acknowledge with a buffer of 7 bytes, for one): such an error has no
// caller, and would end the process with every other device in it. Here it ends that one connection.
import { StatusCodes, TCP_transport } from 'node-opcua';

interface DataTaker {
  _on_socket_data(this: TCP_transport, data: Buffer): void;
}

let isGuarded = false;

/** For every OPC UA connection of the process; once is enough. */
export function guardTransport(): void {
  if (isGuarded) return;
  isGuarded = true;
  const prototype = TCP_transport.prototype as unknown as DataTaker;
  const take = prototype._on_socket_data;
  if (typeof take !== 'function') throw new Error('the OPC UA library takes data in another way than this guard knows');
  prototype._on_socket_data = function (data) {
    try {
      take.call(this, data);
    } catch (error) {
      this.prematureTerminate(error instanceof Error ? error : new Error(String(error)), StatusCodes.BadTcpInternalError);
    }
  };
}
