// ONVIF over SOAP as a camera (device, media) and as a recorder (search, replay; Profile G) answer it: what a monitor reads, nothing that could be set.
// Every other call is refused as not supported and counted, so that a test can say that none was made.
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { RecordedSpan } from './camera-faults.ts';

export interface OnvifRecording {
  readonly token: string;
  readonly name: string;
  /** In order; the last one reaches to now while it records. */
  spans(): readonly RecordedSpan[];
  readonly replayUri: string;
}

export interface OnvifDevice {
  readonly model: string;
  readonly serialNumber: string;
  readonly user: { readonly name: string; readonly password: string } | null;
  /** What its clock shows. */
  nowMs(): number;
  isSilent(): boolean;
  isPasswordChanged(): boolean;
  readonly streamUri: string | null;
  readonly recordings: readonly OnvifRecording[];
}

export interface OnvifServer {
  readonly port: number;
  readonly requests: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

interface Search {
  readonly from: number;
  readonly to: number;
  readonly recordings: readonly OnvifRecording[];
}

export async function startOnvifServer(options: {
  readonly host: string;
  readonly port: number;
  /** By the first part of the path. */
  deviceOf(name: string): OnvifDevice | null;
}): Promise<OnvifServer> {
  const requests = new Map<string, number>();
  const searches = new Map<string, Search>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const name = decodeURIComponent((request.url ?? '/').split('/')[1] ?? '');
      const device = options.deviceOf(name);
      if (device?.isSilent() === true) return;
      const action = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? '';
      requests.set(action, (requests.get(action) ?? 0) + 1);
      const { status, content } =
        device === null
          ? fault('Sender', 'no such device', 404)
          : answer(device, action, body, `http://${request.headers.host}/${encodeURIComponent(name)}/onvif`, searches);
      response.writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8' });
      response.end(envelope(content));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly content: string;
}

function answer(device: OnvifDevice, action: string, body: string, base: string, searches: Map<string, Search>): Answer {
  const ok = (content: string): Answer => ({ status: 200, content });
  if (action === 'GetSystemDateAndTime') return ok(dateAndTime(device.nowMs()));
  if (!isSignedIn(device, body)) return fault('Sender', 'Sender not authorized', 400, 'ter:NotAuthorized');
  switch (action) {
    case 'GetDeviceInformation':
      return ok(
        `<tds:GetDeviceInformationResponse><tds:Manufacturer>Gatewatch</tds:Manufacturer><tds:Model>${device.model}</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>${device.serialNumber}</tds:SerialNumber><tds:HardwareId>simulated</tds:HardwareId></tds:GetDeviceInformationResponse>`,
      );
    case 'GetServices':
      return ok(
        `<tds:GetServicesResponse>${[
          ['http://www.onvif.org/ver10/device/wsdl', 'device_service'],
          ['http://www.onvif.org/ver10/media/wsdl', 'media_service'],
          ...(device.recordings.length === 0
            ? []
            : [
                ['http://www.onvif.org/ver10/search/wsdl', 'search_service'],
                ['http://www.onvif.org/ver10/replay/wsdl', 'replay_service'],
              ]),
        ]
          .map(
            ([space, path]) =>
              `<tds:Service><tds:Namespace>${space}</tds:Namespace><tds:XAddr>${base}/${path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>`,
          )
          .join('')}</tds:GetServicesResponse>`,
      );
    case 'GetProfiles':
      return ok(
        `<trt:GetProfilesResponse>${device.streamUri === null ? '' : '<trt:Profiles token="main" fixed="true"><tt:Name>main</tt:Name></trt:Profiles>'}</trt:GetProfilesResponse>`,
      );
    case 'GetRecordingSummary':
      return ok(recordingSummary(device));
    case 'FindRecordings':
    case 'FindEvents': {
      const token = `search-${searches.size + 1}`;
      const wanted = /<(?:\w+:)?IncludedRecordings>([^<]+)</.exec(body)?.[1];
      searches.set(token, {
        from: Date.parse(/<(?:\w+:)?StartPoint>([^<]+)</.exec(body)?.[1] ?? '') || 0,
        to: Date.parse(/<(?:\w+:)?EndPoint>([^<]+)</.exec(body)?.[1] ?? '') || device.nowMs(),
        recordings: device.recordings.filter(({ token: own }) => wanted === undefined || wanted === own),
      });
      return ok(`<tse:${action}Response><tse:SearchToken>${token}</tse:SearchToken></tse:${action}Response>`);
    }
    case 'GetRecordingSearchResults':
      return ok(recordingResults(searchOf(searches, body)));
    case 'GetEventSearchResults':
      return ok(eventResults(searchOf(searches, body)));
    case 'EndSearch':
      return ok('<tse:EndSearchResponse><tse:Endpoint>PT0S</tse:Endpoint></tse:EndSearchResponse>');
    case 'GetReplayUri': {
      const wanted = /<(?:\w+:)?RecordingToken>([^<]+)</.exec(body)?.[1];
      const found = device.recordings.find(({ token }) => token === wanted);
      return found === undefined
        ? fault('Sender', 'no such recording', 400)
        : ok(`<trp:GetReplayUriResponse><trp:Uri>${found.replayUri}</trp:Uri></trp:GetReplayUriResponse>`);
    }
    default:
      return fault('Receiver', `${action} is not supported`, 500, 'ter:ActionNotSupported');
  }
}

function isSignedIn(device: OnvifDevice, body: string): boolean {
  if (device.user === null) return true;
  const field = (name: string) => new RegExp(`<(?:\\w+:)?${name}[^>]*>([^<]+)<`).exec(body)?.[1] ?? '';
  const digest = createHash('sha1')
    .update(Buffer.from(field('Nonce'), 'base64'))
    .update(field('Created'))
    .update(device.user.password)
    .digest('base64');
  return !device.isPasswordChanged() && field('Username') === device.user.name && field('Password') === digest;
}

function searchOf(searches: Map<string, Search>, body: string): Search {
  return searches.get(/<(?:\w+:)?SearchToken>([^<]+)</.exec(body)?.[1] ?? '') ?? { from: 0, to: 0, recordings: [] };
}

const iso = (atMs: number) => new Date(atMs).toISOString();

function dateAndTime(nowMs: number): string {
  const at = new Date(nowMs);
  return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime><tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
}

function recordingSummary({ recordings, nowMs }: OnvifDevice): string {
  const spans = recordings.flatMap((recording) => recording.spans());
  const from = spans.length === 0 ? nowMs() : Math.min(...spans.map(({ fromMs }) => fromMs));
  const until = spans.length === 0 ? nowMs() : Math.max(...spans.map(({ toMs }) => toMs));
  return `<tse:GetRecordingSummaryResponse><tse:Summary><tt:DataFrom>${iso(from)}</tt:DataFrom><tt:DataUntil>${iso(until)}</tt:DataUntil><tt:NumberRecordings>${recordings.length}</tt:NumberRecordings></tse:Summary></tse:GetRecordingSummaryResponse>`;
}

function recordingResults({ recordings }: Search): string {
  const list = recordings
    .map((recording) => {
      const spans = recording.spans();
      const times =
        spans.length === 0
          ? ''
          : `<tt:EarliestRecording>${iso(spans[0]?.fromMs ?? 0)}</tt:EarliestRecording><tt:LatestRecording>${iso(spans.at(-1)?.toMs ?? 0)}</tt:LatestRecording>`;
      return `<tt:RecordingInformation><tt:RecordingToken>${recording.token}</tt:RecordingToken><tt:Source><tt:SourceId>${recording.token}</tt:SourceId><tt:Name>${recording.name}</tt:Name></tt:Source>${times}<tt:Content>video</tt:Content><tt:RecordingStatus>Recording</tt:RecordingStatus></tt:RecordingInformation>`;
    })
    .join('');
  return `<tse:GetRecordingSearchResultsResponse><tse:ResultList><tt:SearchState>Completed</tt:SearchState>${list}</tse:ResultList></tse:GetRecordingSearchResultsResponse>`;
}

/** A state at the start, then every beginning and end of a stretch with data (ONVIF Recording Search, 5.22: RecordingHistory/Track/State). */
function eventResults({ recordings, from, to }: Search): string {
  const list = recordings
    .flatMap((recording) => {
      const spans = recording.spans().filter((span) => span.toMs > from && span.fromMs < to);
      const event = (atMs: number, isPresent: boolean, isStart: boolean) =>
        `<tt:Result><tt:RecordingToken>${recording.token}</tt:RecordingToken><tt:TrackToken>video</tt:TrackToken><tt:Time>${iso(atMs)}</tt:Time><tt:Event><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RecordingHistory/Track/State</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${iso(atMs)}"><tt:Source><tt:SimpleItem Name="RecordingToken" Value="${recording.token}"/><tt:SimpleItem Name="Track" Value="video"/></tt:Source><tt:Data><tt:SimpleItem Name="IsDataPresent" Value="${isPresent}"/></tt:Data></tt:Message></wsnt:Message></tt:Event><tt:StartStateEvent>${isStart}</tt:StartStateEvent></tt:Result>`;
      return [
        event(
          from,
          spans.some((span) => span.fromMs <= from && span.toMs > from),
          true,
        ),
        ...spans.flatMap((span) => [
          ...(span.fromMs > from ? [event(span.fromMs, true, false)] : []),
          ...(span.toMs < to ? [event(span.toMs, false, false)] : []),
        ]),
      ];
    })
    .join('');
  return `<tse:GetEventSearchResultsResponse><tse:ResultList><tt:SearchState>Completed</tt:SearchState>${list}</tse:ResultList></tse:GetEventSearchResultsResponse>`;
}

function fault(code: string, text: string, status: number, subcode = ''): Answer {
  return {
    status,
    content: `<s:Fault><s:Code><s:Value>s:${code}</s:Value>${subcode === '' ? '' : `<s:Subcode><s:Value>${subcode}</s:Value></s:Subcode>`}</s:Code><s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason></s:Fault>`,
  };
}

function envelope(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tse="http://www.onvif.org/ver10/search/wsdl" xmlns:trp="http://www.onvif.org/ver10/replay/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>${content}</s:Body></s:Envelope>`;
}
