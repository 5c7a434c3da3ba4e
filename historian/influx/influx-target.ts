// Where an InfluxDB is and how it is spoken to: 1.x (`?db=`) or 2.x (`?org=&bucket=`), from the settings' URL and secrets from the environment.
import { readFileSync } from 'node:fs';
import { InfluxDB } from '@influxdata/influxdb-client';

export interface InfluxTarget {
  /** `http://host:port` */
  readonly baseUrl: string;
  /** For a log line: no secret in it. */
  readonly description: string;
  /** Path and query of the write request, millisecond precision. */
  readonly writePath: string;
  /** Database, or bucket (2.x maps a bucket to a database of the same name for InfluxQL). */
  readonly database: string;
  /** Value of the Authorization header now, or null. Asked for every request, so that a token file may be replaced while running. */
  authorization(): string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws with what is expected where the URL is malformed. */
export function parseInfluxUrl(url: string, environment: Environment): InfluxTarget {
  const malformed = (why: string) =>
    new Error(`historian URL ${why}: expected influx://host:port/?org=…&bucket=… (InfluxDB 2) or influx://host:port/?db=… (InfluxDB 1)`);
  if (!URL.canParse(url)) throw malformed('cannot be parsed');
  const parsed = new URL(url);
  if (parsed.protocol !== 'influx:' && parsed.protocol !== 'influxs:') throw malformed(`has the scheme ${parsed.protocol}`);
  if (parsed.hostname === '') throw malformed('has no host');
  if (parsed.username !== '' || parsed.password !== '') {
    throw malformed('must not carry credentials (set GATEWATCH_INFLUX_USER and GATEWATCH_INFLUX_PASSWORD, or GATEWATCH_INFLUX_TOKEN)');
  }
  if (parsed.pathname !== '' && parsed.pathname !== '/') throw malformed(`has the path ${parsed.pathname}`);
  for (const name of parsed.searchParams.keys()) {
    if (!['org', 'bucket', 'db'].includes(name)) throw malformed(`has the unknown part ${name}`);
  }
  const organisation = parsed.searchParams.get('org') ?? '';
  const bucket = parsed.searchParams.get('bucket') ?? '';
  const database = parsed.searchParams.get('db') ?? '';
  const protocol = parsed.protocol === 'influxs:' ? 'https' : 'http';
  const baseUrl = `${protocol}://${parsed.host}`;
  if (database !== '') {
    if (organisation !== '' || bucket !== '') throw malformed('names both a db and an org or bucket');
    return {
      baseUrl,
      description: `${baseUrl} database ${database}`,
      writePath: `/write?db=${encodeURIComponent(database)}&precision=ms`,
      database,
      authorization: () => basicAuthorization(environment) ?? tokenAuthorization(environment),
    };
  }
  if (organisation === '' || bucket === '') throw malformed('names neither a db nor both org and bucket');
  const writeApi = new InfluxDB({ url: baseUrl }).getWriteApi(organisation, bucket, 'ms', { flushInterval: 0, maxRetries: 0 });
  return {
    baseUrl,
    description: `${baseUrl} organisation ${organisation} bucket ${bucket}`,
    writePath: writeApi.path,
    database: bucket,
    authorization: () => tokenAuthorization(environment),
  };
}

function basicAuthorization(environment: Environment): string | null {
  const user = environment.GATEWATCH_INFLUX_USER;
  if (user === undefined || user === '') return null;
  return `Basic ${Buffer.from(`${user}:${environment.GATEWATCH_INFLUX_PASSWORD ?? ''}`).toString('base64')}`;
}

function tokenAuthorization(environment: Environment): string | null {
  const file = environment.GATEWATCH_INFLUX_TOKEN_FILE;
  if (file !== undefined && file !== '') {
    try {
      return `Token ${readFileSync(file, 'utf8').trim()}`;
    } catch {
      return null; // The server answers 401, the readings are held, and the status says so until the file is there.
    }
  }
  const token = environment.GATEWATCH_INFLUX_TOKEN;
  return token === undefined || token === '' ? null : `Token ${token}`;
}
