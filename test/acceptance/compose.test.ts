// docker-compose.yml and Dockerfile cannot be run here; that they parse, name what exists and are the proven form can be checked.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseSettings } from '../../domain/settings/settings.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[];
  readonly volumes?: readonly string[];
}

test('docker-compose.yml parses, and its services name volumes, commands and settings that exist', () => {
  const document = parseDocument(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  expect(document.errors).toEqual([]);
  const compose = document.toJS() as { services: Record<string, Service>; volumes: Record<string, unknown> };
  for (const [name, service] of Object.entries(compose.services)) {
    for (const other of service.depends_on ?? []) expect(Object.keys(compose.services)).toContain(other);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(source);
    }
    if (!/^(collector-\d|server-\d|demo)$/.test(name)) continue;
    expect(['collector', 'server', 'run']).toContain(service.command?.[0]);
    expect(parseSettings(service.environment ?? {}, {})).toMatchObject({ kind: 'ok' });
  }
});

test('docker-compose.yml is the form that many-machines.services.test.ts proves: three NATS, two collectors, two servers', () => {
  const document = parseDocument(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  const { services, configs } = document.toJS() as { services: Record<string, Service>; configs: { nats: { content: string } } };
  const numbered = (kind: string) => Object.keys(services).filter((name) => new RegExp(`^${kind}-\\d$`).test(name));
  expect(['nats', 'collector', 'server'].map((kind) => numbered(kind).length)).toEqual([3, 2, 2]);
  expect(Object.keys(services)).toEqual(expect.arrayContaining(['postgres', 'influxdb']));
  for (const nats of numbered('nats')) {
    expect(configs.nats.content).toContain(`nats://${nats}:6222`);
    for (const half of [...numbered('collector'), ...numbered('server')])
      expect(services[half]?.environment?.GATEWATCH_LINK).toContain(`${nats}:4222`);
  }
  expect(configs.nats.content).toContain('sync_interval: always');
  // A collector's outbox and name are its own; the servers share keys and pictures.
  expect(new Set(numbered('collector').map((name) => services[name]?.volumes?.[0])).size).toBe(2);
  expect(new Set(numbered('server').map((name) => services[name]?.volumes?.[0])).size).toBe(1);
  expect(new Set(numbered('server').map((name) => services[name]?.environment?.GATEWATCH_ADVERTISE)).size).toBe(2);
});

test('the Dockerfile copies and starts files that exist', () => {
  const text = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
  expect(text).toMatch(/^FROM node:24/m);
  expect(text).toMatch(/^USER node$/m);
  expect(text).toMatch(/^HEALTHCHECK .*healthz/m);
  const copied = /^COPY ((?:\S+ )+)\.\/$/m.exec(text)?.[1]?.trim().split(' ') ?? [];
  expect(copied.length).toBeGreaterThan(0);
  for (const file of [...copied, 'gatewatch.ts']) expect(existsSync(path.join(root, file)), file).toBe(true);
});
