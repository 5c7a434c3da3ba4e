// A person's browser without the screen: signs in over HTTP, asks and acts, and listens to the live channel with the same cookie.
import { io, type Socket } from 'socket.io-client';
import type { Role } from '../../domain/access/roles.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../domain/messages/live-channel.ts';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface NewPerson {
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  readonly password: string;
}

export type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export class GatewatchClient {
  readonly address: string;
  /** `name=value` of the session. */
  readonly cookie: string;

  private constructor(address: string, cookie: string) {
    this.address = address;
    this.cookie = cookie;
  }

  static async signIn(address: string, username: string, password: string): Promise<GatewatchClient> {
    const response = await fetch(`${address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (response.status !== 200) throw new Error(`sign-in of ${username} answered ${response.status}: ${await response.text()}`);
    return new GatewatchClient(address, (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }

  async ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { cookie: this.cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
  }

  /** Throws where the answer is not 200. */
  async get<T>(path: string): Promise<T> {
    const answer = await this.ask<T>('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Throws where the answer is no 201. */
  async addPerson(person: NewPerson): Promise<void> {
    const answer = await this.ask('POST', '/api/users', person);
    if (answer.status !== 201) throw new Error(`${person.username} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  alarms(query = ''): Promise<AlarmView[]> {
    return this.get<AlarmView[]>(`/api/alarms${query}`);
  }

  /** The whole journal, oldest first, page by page. */
  async journal(): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (;;) {
      const last = entries.at(-1);
      const page = await this.get<JournalEntry[]>(`/api/journal?limit=5000${last === undefined ? '' : `&before=${last.sequence}`}`);
      entries.push(...page);
      if (page.length < 5_000) return entries.reverse();
    }
  }

  /** `parser` in place of socket.io's own, where what arrives is only counted; `address` where the way goes through something between. */
  listen(parser?: unknown, address = this.address): LiveSocket {
    return io(address, {
      ...(parser === undefined ? {} : { parser }),
      extraHeaders: { cookie: this.cookie },
      transports: ['websocket'],
      reconnection: false,
    });
  }
}
