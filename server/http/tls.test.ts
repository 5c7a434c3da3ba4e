// HTTPS with a certificate of one's own: what is served, what is refused, and a renewed certificate taken without a restart.
import { copyFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessFileSchema, parseAccessFile } from '../../domain/access/access-policy.ts';
import { localCertificate } from '../../test/harness/local-certificate.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { realClock, type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { readCertificate } from '../health/read-certificates.ts';
import { readTlsFiles } from './tls-files.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations: [{ id: GS-01, type: gate, name: { zh: 一, en: One }, area: a, devices: [] }]
`);

const folder = temporaryFolder();
const otherFolder = temporaryFolder();
const certificateFile = path.join(folder, 'server.pem');
const keyFile = path.join(folder, 'server.key');
let first: { cert: string; key: string };
let second: { cert: string; key: string };
let small: SmallServer;
let port: number;

function put({ cert, key }: { readonly cert: string; readonly key: string }): void {
  writeFileSync(keyFile, key);
  writeFileSync(certificateFile, cert);
}

function ask(
  pathname: string,
  options: https.RequestOptions = {},
  body?: string,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: '127.0.0.1', port, path: pathname, ca: [first.cert, second.cert], agent: false, ...options },
      (response) => {
        response.resume();
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

/** The certificate that a new connection is shown. */
function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

beforeAll(async () => {
  first = await localCertificate(folder);
  second = await localCertificate(otherFolder);
  put(first);
  const accessPolicy = accessFileSchema.parse({ schema: 1, tls: { certificateFile, keyFile } });
  small = await startSmallServer(plant, { accessPolicy, clock: realClock });
  port = Number(new URL(small.server.address).port);
});
afterAll(() => small?.stop());

test('serves https alone, tells browsers to come so again, and marks the cookie as for https', async () => {
  expect(small.server.address).toMatch(/^https:/);
  const answer = await ask('/healthz');
  expect(answer.status).toBe(200);
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
  const body = JSON.stringify({ username: 'duty', password: 'duty-demo' });
  const signedIn = await ask(
    '/api/session',
    { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': body.length } },
    body,
  );
  expect(String(signedIn.headers['set-cookie'])).toMatch(/gatewatch_session=[^;]+;.*Secure/);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('refuses older versions of TLS than it is told to', async () => {
  await expect(ask('/healthz', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow();
  expect((await ask('/healthz', { maxVersion: 'TLSv1.2' })).status).toBe(200);
  expect(readTlsFiles({ certificateFile, keyFile, minimumVersion: '1.3', isStrict: true }).minVersion).toBe('TLSv1.3');
});

test('takes a renewed certificate without a restart; one that does not fit its key is not taken', async () => {
  const old = await shown();
  copyFileSync(path.join(otherFolder, 'local-certificate.pem'), certificateFile);
  await expect.poll(() => small.logLines.some((line) => line.includes('the old one goes on')), { timeout: 20_000 }).toBe(true);
  expect(await shown()).toBe(old);
  put(second);
  await expect.poll(shown, { timeout: 20_000 }).not.toBe(old);
  expect((await ask('/healthz')).status).toBe(200);
});

test('the health page knows when it ends', async () => {
  const facts = await readCertificate(certificateFile, 'https');
  expect(facts?.use).toBe('https');
  expect(facts?.validToMs).toBeGreaterThan(Date.now() + 20 * 86_400_000);
  expect(await readCertificate(keyFile, 'https')).toBeNull();
});

test('a certificate that is not there, or not that of the key, stops the start', () => {
  expect(() => readTlsFiles({ certificateFile: path.join(folder, 'none.pem'), keyFile, minimumVersion: '1.2', isStrict: true })).toThrow(
    /none\.pem/,
  );
  writeFileSync(certificateFile, first.cert);
  expect(() => readTlsFiles({ certificateFile, keyFile, minimumVersion: '1.2', isStrict: true })).toThrow(/key/);
});

test('the access file: every mistake is told with its path, and an unknown key is one', () => {
  const messages = (text: string) => {
    const parsed = parseAccessFile(text);
    return parsed.kind === 'invalid' ? parsed.messages.join('\n') : 'ok';
  };
  expect(messages('schema: 1')).toBe('ok');
  expect(messages('schema: 2')).toMatch(/^schema/);
  expect(messages('schema: 1\npassword: {}')).toMatch(/password/);
  expect(messages('schema: 1\npasswords: { minimumLength: 4, changeEvery: 5s }')).toMatch(
    /passwords\.minimumLength[\s\S]*passwords\.changeEvery/,
  );
  expect(messages('schema: 1\ntrustedProxies: [10.0.0.0/8, everybody]')).toMatch(/trustedProxies\.1/);
  expect(messages('schema: 1\nsecondFactor: { requiredFor: [boss] }')).toMatch(/secondFactor\.requiredFor\.0/);
  const directory = (issuer: string) =>
    `schema: 1\ndirectory: { name: { zh: 目录, en: D }, issuer: '${issuer}', clientId: g, clientSecret: GATEWATCH_SECRET_X, publicUrl: 'https://g.example', groups: [{ group: a, role: viewer }] }`;
  expect(messages(directory('https://id.example'))).toBe('ok');
  expect(messages(directory('http://id.example'))).toMatch(/directory\.issuer/);
  expect(messages(': :')).not.toBe('ok');
});
