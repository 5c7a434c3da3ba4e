// Asks a camera or a recorder by ONVIF (SOAP 1.2, WS-UsernameToken). Only the calls below exist here, all of them questions: nothing can be set, moved or deleted.
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { XMLParser } from 'fast-xml-parser';
import type { ProbeFailure } from '../../domain/cameras/camera.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Credentials } from './digest.ts';

export interface OnvifOptions {
  /** Device service. */
  readonly url: string;
  readonly credentials: Credentials | null;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export class OnvifError extends Error {
  readonly reason: ProbeFailure;

  constructor(reason: ProbeFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

export interface DeviceInformation {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly serialNumber: string;
}

export interface RecordingInformation {
  readonly token: string;
  readonly earliestMs: number | null;
  readonly latestMs: number | null;
}

const spaces = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media: 'http://www.onvif.org/ver10/media/wsdl',
  search: 'http://www.onvif.org/ver10/search/wsdl',
  replay: 'http://www.onvif.org/ver10/replay/wsdl',
} as const;
type Service = keyof typeof spaces;

const mostBytes = 4_000_000;
/** Rounds in which a recorder may give results of one search. */
const mostRounds = 50;

type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // No entity of a document is ever expanded.
  processEntities: false,
  isArray: (name) =>
    name === 'Service' || name === 'Result' || name === 'RecordingInformation' || name === 'SimpleItem' || name === 'Profiles',
});

export class OnvifClient {
  readonly #options: OnvifOptions;
  #addresses: ReadonlyMap<string, string> | null = null;
  /** The device judges a sign-in by its own clock. */
  #clockAheadMs = 0;

  constructor(options: OnvifOptions) {
    this.#options = options;
  }

  /** How far the device's clock is ahead, by the middle of question and answer. The protocol tells whole seconds. */
  async clockOffsetMs(): Promise<number> {
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    const answer = await this.#ask(this.#options.url, spaces.device, 'GetSystemDateAndTime', '', false);
    const middleMs = (startMs + clock.nowMs()) / 2;
    const utc = at(answer, 'SystemDateAndTime', 'UTCDateTime');
    const number = (group: string, name: string) => Number(textOf(at(at(utc, group), name)));
    const shownMs = Date.UTC(
      number('Date', 'Year'),
      number('Date', 'Month') - 1,
      number('Date', 'Day'),
      number('Time', 'Hour'),
      number('Time', 'Minute'),
      number('Time', 'Second'),
    );
    if (!Number.isFinite(shownMs)) throw new OnvifError('protocolViolation', 'it told no time');
    // Seconds are cut off: on average half of one.
    this.#clockAheadMs = shownMs + 500 - middleMs;
    return Math.abs(this.#clockAheadMs) <= 500 ? 0 : this.#clockAheadMs;
  }

  async deviceInformation(): Promise<DeviceInformation> {
    const answer = await this.#ask(this.#options.url, spaces.device, 'GetDeviceInformation', '');
    const text = (name: string) => textOf(at(answer, name)).slice(0, 80);
    return {
      manufacturer: text('Manufacturer'),
      model: text('Model'),
      firmware: text('FirmwareVersion'),
      serialNumber: text('SerialNumber'),
    };
  }

  async profileCount(): Promise<number> {
    const answer = await this.#askService('media', 'GetProfiles', '');
    return listOf(at(answer, 'Profiles')).length;
  }

  async recordings(): Promise<RecordingInformation[]> {
    const token = await this.#find('FindRecordings', '<tse:Scope/><tse:KeepAliveTime>PT30S</tse:KeepAliveTime>');
    const found = await this.#results('GetRecordingSearchResults', token, 'RecordingInformation');
    return found.map((entry) => ({
      token: textOf(at(entry, 'RecordingToken')),
      earliestMs: timeOf(textOf(at(entry, 'EarliestRecording'))),
      latestMs: timeOf(textOf(at(entry, 'LatestRecording'))),
    }));
  }

  /** When there is video of a recording: from its history of beginnings and ends. */
  async recordedSpans(recording: string, window: Span): Promise<Span[]> {
    const token = await this.#find(
      'FindEvents',
      `<tse:StartPoint>${iso(window.fromMs)}</tse:StartPoint><tse:EndPoint>${iso(window.toMs)}</tse:EndPoint><tse:Scope><tt:IncludedRecordings>${escaped(recording)}</tt:IncludedRecordings></tse:Scope><tse:SearchFilter><wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RecordingHistory/Track/State</wsnt:TopicExpression></tse:SearchFilter><tse:IncludeStartState>true</tse:IncludeStartState><tse:KeepAliveTime>PT30S</tse:KeepAliveTime>`,
    );
    const results = await this.#results('GetEventSearchResults', token, 'Result');
    const changes = results
      .filter((result) => textOf(at(result, 'RecordingToken')) === recording)
      .flatMap((result) => {
        const items = listOf(at(result, 'Event', 'Message', 'Message', 'Data', 'SimpleItem'));
        const present = items.find((item) => item['@Name'] === 'IsDataPresent' || item['@Name'] === 'IsRecording');
        const atMs = timeOf(textOf(at(result, 'Time')));
        return present === undefined || atMs === null
          ? []
          : [{ atMs, isPresent: present['@Value'] === 'true', track: textOf(at(result, 'TrackToken')) }];
      });
    return [...Map.groupBy(changes, ({ track }) => track).values()].flatMap((ofTrack) => spansOf(ofTrack, window));
  }

  async replayUri(recording: string): Promise<string> {
    const answer = await this.#askService(
      'replay',
      'GetReplayUri',
      `<trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup><trp:RecordingToken>${escaped(recording)}</trp:RecordingToken>`,
    );
    return textOf(at(answer, 'Uri'));
  }

  async #find(action: 'FindRecordings' | 'FindEvents', body: string): Promise<string> {
    return textOf(at(await this.#askService('search', action, body), 'SearchToken'));
  }

  async #results(action: 'GetRecordingSearchResults' | 'GetEventSearchResults', token: string, entry: string): Promise<Node[]> {
    const found: Node[] = [];
    try {
      for (let round = 0; round < mostRounds; round += 1) {
        const answer = await this.#askService(
          'search',
          action,
          `<tse:SearchToken>${escaped(token)}</tse:SearchToken><tse:MinResults>1</tse:MinResults><tse:WaitTime>PT2S</tse:WaitTime>`,
        );
        found.push(...listOf(at(answer, 'ResultList', entry)));
        const state = textOf(at(answer, 'ResultList', 'SearchState'));
        if (state !== 'Searching' && state !== 'Queued') return found;
      }
      throw new OnvifError('timeout', 'the search does not end');
    } finally {
      // A recorder has few places for searches.
      await this.#askService('search', 'EndSearch', `<tse:SearchToken>${escaped(token)}</tse:SearchToken>`).catch(() => undefined);
    }
  }

  async #askService(service: Service, action: string, body: string): Promise<Node> {
    this.#addresses ??= await this.#serviceAddresses();
    const address = this.#addresses.get(spaces[service]);
    if (address === undefined) throw new OnvifError('configuration', `it offers no ${service} service`);
    return this.#ask(address, spaces[service], action, body);
  }

  /** Devices behind another address name their own: the host and port that reached it are kept. */
  async #serviceAddresses(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#ask(this.#options.url, spaces.device, 'GetServices', '<tds:IncludeCapability>false</tds:IncludeCapability>');
    const own = new URL(this.#options.url);
    return new Map(
      listOf(at(answer, 'Service')).flatMap((service): [string, string][] => {
        const named = URL.parse(textOf(at(service, 'XAddr')));
        if (named === null) return [];
        return [[textOf(at(service, 'Namespace')), new URL(`${named.pathname}${named.search}`, own).href]];
      }),
    );
  }

  async #ask(address: string, space: string, action: string, body: string, isSigned = true): Promise<Node> {
    const { credentials, clock } = this.#options;
    const prefix = space === spaces.device ? 'tds' : space === spaces.media ? 'trt' : space === spaces.search ? 'tse' : 'trp';
    const header = credentials === null || !isSigned ? '' : securityHeader(credentials, clock.nowMs() + this.#clockAheadMs);
    const text = await this.#post(
      address,
      `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:${prefix}="${space}" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics">${header}<s:Body><${prefix}:${action}>${body}</${prefix}:${action}></s:Body></s:Envelope>`,
      `${space}/${action}`,
    );
    const soapBody = at(parsed(text), 'Envelope', 'Body');
    const fault = at(soapBody, 'Fault');
    if (fault !== null) {
      const words = JSON.stringify(fault);
      throw new OnvifError(
        /NotAuthorized|not authorized|FailedAuthentication/i.test(words) ? 'signInRejected' : 'protocolViolation',
        `${action}: ${words.slice(0, 200)}`,
      );
    }
    const answer = at(soapBody, `${action}Response`);
    if (answer === null) throw new OnvifError('protocolViolation', `${action} was not answered`);
    return answer;
  }

  #post(address: string, body: string, action: string): Promise<string> {
    const { timeoutMs, clock } = this.#options;
    const url = new URL(address);
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: false,
        headers: { 'content-type': `application/soap+xml; charset=utf-8; action="${action}"`, 'content-length': Buffer.byteLength(body) },
      });
      const fail = (error: OnvifError) => {
        timer.cancel();
        request.destroy();
        reject(error);
      };
      const timer = clock.after(timeoutMs, () => fail(new OnvifError('timeout', 'no answer in time')));
      request.on('error', (error: NodeJS.ErrnoException) =>
        fail(
          new OnvifError(
            error.code === 'ECONNREFUSED' ? 'refused' : error.code === 'ECONNRESET' ? 'reset' : 'unreachable',
            error.code ?? error.message,
          ),
        ),
      );
      request.on('response', (response) => {
        if (response.statusCode === 401) {
          fail(new OnvifError('signInRejected', 'HTTP 401'));
          return;
        }
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > mostBytes) fail(new OnvifError('protocolViolation', 'the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', () => fail(new OnvifError('reset', 'the answer broke off')));
        response.on('end', () => {
          timer.cancel();
          resolve(Buffer.concat(chunks).toString('utf8'));
        });
      });
      request.end(body);
    });
  }
}

/** WS-Security UsernameToken Profile 1.1: the password itself is never sent. */
function securityHeader({ name, password }: Credentials, atMs: number): string {
  const nonce = randomBytes(16);
  const created = iso(atMs);
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
  const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';
  const message = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';
  const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
  return `<s:Header><wsse:Security s:mustUnderstand="1" xmlns:wsse="${wsse}" xmlns:wsu="${wsu}"><wsse:UsernameToken><wsse:Username>${escaped(name)}</wsse:Username><wsse:Password Type="${profile}">${digest}</wsse:Password><wsse:Nonce EncodingType="${message}">${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security></s:Header>`;
}

function spansOf(changes: readonly { readonly atMs: number; readonly isPresent: boolean }[], window: Span): Span[] {
  const spans: Span[] = [];
  let sinceMs: number | null = null;
  for (const change of changes.toSorted((one, other) => one.atMs - other.atMs)) {
    if (change.isPresent) sinceMs ??= Math.max(window.fromMs, change.atMs);
    else if (sinceMs !== null) {
      if (change.atMs > sinceMs) spans.push({ fromMs: sinceMs, toMs: Math.min(window.toMs, change.atMs) });
      sinceMs = null;
    }
  }
  if (sinceMs !== null && sinceMs < window.toMs) spans.push({ fromMs: sinceMs, toMs: window.toMs });
  return spans;
}

function parsed(text: string): Node | null {
  try {
    return nodeOf(parser.parse(text));
  } catch {
    throw new OnvifError('protocolViolation', 'the answer is no XML');
  }
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const nodeOf = (value: unknown): Node | null => (isNode(value) ? value : null);

/** Null where the way does not lead to an element; an element of text alone is one with that text. */
function at(node: Node | null, ...path: readonly string[]): Node | null {
  let here: unknown = node;
  for (const name of path) here = isNode(here) ? here[name] : undefined;
  if (typeof here === 'string') return { '#text': here };
  if (Array.isArray(here)) return { '#list': here };
  return nodeOf(here);
}

function textOf(node: Node | null): string {
  const text = node?.['#text'];
  return typeof text === 'string' ? text : '';
}

function listOf(node: Node | null): Node[] {
  const list = node?.['#list'];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

function timeOf(text: string): number | null {
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? atMs : null;
}

function iso(atMs: number): string {
  return new Date(Math.floor(atMs)).toISOString();
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
