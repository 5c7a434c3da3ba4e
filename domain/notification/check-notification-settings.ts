// What a schema cannot say about the section `notifications:`: names that must be known or unique, templates that must be whole, addresses without TLS.
import type { PathPart, PlantIssues } from '../plant/plant-issues.ts';
import { placeholderNames, placeholdersOf, templateFilters } from './message-template.ts';
import { notificationChannels } from './notification-order.ts';
import type { GatewaySettings, NotificationSettings } from './notification-settings.ts';

const section: readonly PathPart[] = ['notifications'];

export function checkNotificationSettings(settings: NotificationSettings, stationIds: ReadonlySet<string>, issues: PlantIssues): void {
  const names = new Set<string>(notificationChannels);
  for (const kind of ['webhooks', 'weCom', 'dingTalk', 'feishu'] as const) {
    settings[kind].forEach((target, index) => {
      const path = [...section, kind, index];
      if (names.has(target.name)) issues.error([...path, 'name'], `${target.name} is the name of another target or of a channel`);
      names.add(target.name);
      target.stations?.forEach((stationId, position) => {
        if (!stationIds.has(stationId)) issues.error([...path, 'stations', position], `station ${stationId} is not defined`);
      });
      checkUrl(target.url, target.insecure, path, issues);
    });
  }
  for (const [index, webhook] of settings.webhooks.entries()) {
    for (const name of Object.keys(webhook.headers))
      checkHeader(name, webhook.headers[name] ?? '', [...section, 'webhooks', index, 'headers', name], issues);
  }
  for (const kind of ['sms', 'voice'] as const) {
    const gateway = settings[kind];
    if (gateway !== undefined) checkGateway(gateway, [...section, kind], issues);
  }
  const { email, publicUrl, webPush } = settings;
  for (const [index, service] of webPush.services.entries()) {
    const path = [...section, 'webPush', 'services', index];
    if (!URL.canParse(service)) issues.error(path, `${service} is not an address`);
    else if (service.startsWith('http://') && !webPush.insecure) issues.error(path, 'http:// needs insecure: true');
  }
  if (email !== undefined) {
    const path = [...section, 'email'];
    if (email.security === 'none' && !email.insecure)
      issues.error(
        [...path, 'security'],
        'mail without TLS needs insecure: true; it is then readable, and its password too, for anyone on the way',
      );
    if ((email.user === undefined) !== (email.password === undefined)) issues.error([...path, 'user'], 'user and password go together');
  }
  if (publicUrl?.startsWith('http://') === true)
    issues.warning([...section, 'publicUrl'], 'links lead to http://: who listens on the way can acknowledge in a person’s name');
}

function checkUrl(url: string, isInsecure: boolean, path: readonly PathPart[], issues: PlantIssues): void {
  if (!URL.canParse(url)) issues.error([...path, 'url'], `${url} is not an address`);
  else if (new URL(url).username !== '' || new URL(url).password !== '')
    issues.error([...path, 'url'], 'a password never stands in the plant file: name it as a secret');
  if (url.startsWith('http://')) {
    if (isInsecure) issues.warning([...path, 'url'], 'sent without TLS');
    else issues.error([...path, 'url'], 'http:// needs insecure: true; what is sent, and its key, is then readable for anyone on the way');
  }
}

function checkHeader(name: string, value: string, path: readonly PathPart[], issues: PlantIssues): void {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) issues.error(path, `${name} is not the name of a header`);
  if (/^(host|content-length|content-type|transfer-encoding|connection|idempotency-key)$/i.test(name))
    issues.error(path, `${name} is set by Gatewatch itself`);
  if (!/^[\x20-\x7e]*$/.test(value)) issues.error(path, 'expected visible ASCII characters');
}

function checkGateway(gateway: GatewaySettings, path: readonly PathPart[], issues: PlantIssues): void {
  checkUrl(gateway.url.replaceAll(/\{\{[^}]*\}\}/g, 'x'), gateway.insecure, path, issues);
  const known = new Set<string>(placeholderNames);
  for (const name of Object.keys(gateway.secrets)) known.add(`secret.${name}`);
  const check = (template: string, at: readonly PathPart[], without: ReadonlySet<string> = new Set()) => {
    for (const { name, filters } of placeholdersOf(template)) {
      if (!known.has(name) || without.has(name))
        issues.error(
          [...path, ...at],
          `{{${name}}} is not known here; known are ${[...known].filter((found) => !without.has(found)).join(', ')}`,
        );
      for (const filter of filters)
        if (!(templateFilters as readonly string[]).includes(filter))
          issues.error([...path, ...at], `there is no filter ${filter}: known are ${templateFilters.join(', ')}`);
    }
    const rest = template.replaceAll(/\{\{\s*[A-Za-z0-9.]+\s*(?:\|\s*[a-z0-9]+\s*)*\}\}/g, '');
    if (rest.includes('{{') || rest.includes('}}'))
      issues.error([...path, ...at], 'a placeholder is not whole: write {{name}} or {{name|filter}}');
  };
  gateway.derived.forEach((derived, index) => {
    if (known.has(`derived.${derived.name}`)) issues.error([...path, 'derived', index, 'name'], `${derived.name} is computed twice`);
    // In order: a later one may use an earlier one, so nothing can go in a circle.
    check(derived.over, ['derived', index, 'over']);
    if (derived.key !== undefined) check(derived.key, ['derived', index, 'key']);
    if (derived.algorithm.startsWith('hmac') !== (derived.key !== undefined))
      issues.error([...path, 'derived', index, 'key'], `${derived.algorithm} ${derived.key === undefined ? 'needs' : 'takes no'} key`);
    known.add(`derived.${derived.name}`);
  });
  check(gateway.url, ['url']);
  for (const [name, value] of Object.entries(gateway.headers)) {
    check(value, ['headers', name]);
    checkHeader(name, value.replaceAll(/\{\{[^}]*\}\}/g, 'x'), [...path, 'headers', name], issues);
  }
  const { body } = gateway;
  if (body === undefined) return;
  if (gateway.method === 'GET') issues.error([...path, 'body'], 'GET has no body: put the parameters into url');
  // A body cannot hold itself, nor what is computed over it.
  const ofBody = new Set<string>(['body']);
  for (const derived of gateway.derived) {
    const used = [derived.over, derived.key ?? ''].flatMap((template) => placeholdersOf(template)).map(({ name }) => name);
    if (used.some((name) => ofBody.has(name))) ofBody.add(`derived.${derived.name}`);
  }
  for (const [template, at] of textsOf(body, ['body'])) check(template, at, ofBody);
}

/** Every text of a body with its place. */
function textsOf(value: unknown, at: readonly PathPart[]): readonly (readonly [string, readonly PathPart[]])[] {
  if (typeof value === 'string') return [[value, at]];
  if (Array.isArray(value)) return value.flatMap((member, index) => textsOf(member, [...at, index]));
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([key, member]) => textsOf(member, [...at, key]));
  return [];
}
