// The socket.io side of the live channel: carries messages between the server and a LiveClient, and reconnects for ever.
import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents, Subscribe } from '../../domain/messages/live-channel.ts';
import type { LiveClient } from './live-client.ts';

export interface SocketConnection {
  send(message: Subscribe): void;
  attach(client: LiveClient): void;
  close(): void;
}

export function openSocketConnection(): SocketConnection {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    withCredentials: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });
  return {
    send: (message) => void socket.emit('subscribe', message),
    attach: (client) => {
      socket.on('connect', () => client.opened());
      socket.on('disconnect', (reason) => {
        client.closed();
        // After a disconnect by the server's hand the library does not come back by itself.
        if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1_000);
      });
      // Refused by the server (not signed in, not ready): the library gives up, an unattended wall must not.
      socket.on('connect_error', () => {
        if (!socket.active) setTimeout(() => socket.connect(), 2_000);
      });
      socket.on('snapshot', (message) => client.receive('snapshot', message));
      socket.on('readings', (message) => client.receive('readings', message));
      socket.on('alarm', (message) => client.receive('alarm', message));
      socket.on('incident', (message) => client.receive('incident', message));
      socket.on('notice', (message) => client.receive('notice', message));
      socket.connect();
    },
    close: () => {
      socket.removeAllListeners();
      socket.disconnect();
    },
  };
}
