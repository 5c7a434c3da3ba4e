// Templates with {{placeholders}} for HTTP gateways. Pure: names are resolved by the caller; every value is escaped for the place where it stands, so that
// no text of an alarm can add a field, a header or a parameter.

/** What a template may name, besides `secret.NAME` and `derived.NAME`. */
export const placeholderNames = [
  'key',
  'title',
  'text',
  'station',
  'alarm',
  'tag',
  'value',
  'time',
  'response',
  'link',
  'acknowledgeLink',
  'urgency',
  'language',
  /** The person's shown name. */
  'name',
  /** E.164: +8613800138000. */
  'mobile',
  /** Without +86. */
  'mobileNational',
  'epochMs',
  'epochSeconds',
  /** UTC, 2026-07-03T00:05:09Z. */
  'isoTime',
  /** Plant zone, 20260703080509. */
  'compactTime',
  /** New at every attempt. */
  'nonce',
  /** The body as it is sent; for signatures and headers. */
  'body',
] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

export const templateFilters = ['url', 'json', 'xml', 'lower', 'upper', 'number'] as const;
type TemplateFilter = (typeof templateFilters)[number];

/** Where a template stands, which decides how a value is escaped. */
export type TemplatePlace = 'url' | 'header' | 'json' | 'form' | 'xml' | 'text' | 'raw';

interface Placeholder {
  readonly name: string;
  readonly filters: readonly string[];
}

const placeholderPattern = /\{\{\s*([A-Za-z0-9.]+)\s*((?:\|\s*[a-z0-9]+\s*)*)\}\}/g;

export function placeholdersOf(template: string): readonly Placeholder[] {
  return [...template.matchAll(placeholderPattern)].map((match) => ({ name: match[1] ?? '', filters: filtersOf(match[2] ?? '') }));
}

export function renderTemplate(template: string, place: TemplatePlace, resolve: (name: string) => string): string {
  return template.replace(placeholderPattern, (_whole, name: string, filters: string) => {
    let value = resolve(name);
    for (const filter of filtersOf(filters)) value = applyFilter(value, filter as TemplateFilter);
    return escapeFor(value, place);
  });
}

/** JSON whose texts are templates: escaping is JSON's own. `"{{epochSeconds|number}}"` alone becomes a number. */
export function renderJson(template: unknown, resolve: (name: string) => string): unknown {
  if (typeof template === 'string') {
    const rendered = renderTemplate(template, 'json', resolve);
    const [only] = placeholdersOf(template);
    const isWhole = only !== undefined && template.trim().startsWith('{{') && template.trim().indexOf('}}') === template.trim().length - 2;
    return isWhole && only.filters.includes('number') && Number.isFinite(Number(rendered)) ? Number(rendered) : rendered;
  }
  if (Array.isArray(template)) return template.map((member) => renderJson(member, resolve));
  if (template !== null && typeof template === 'object')
    return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, renderJson(member, resolve)]));
  return template;
}

/** A member of a JSON answer by its way, `data.0.code`; undefined where there is none. */
export function memberAt(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const part of path.split('.')) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, part)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[part];
  }
  return current;
}

/** RFC 3986: everything but unreserved characters, as signatures of gateways expect. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function filtersOf(text: string): readonly string[] {
  return text
    .split('|')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function applyFilter(value: string, filter: TemplateFilter): string {
  switch (filter) {
    case 'url':
      return percentEncode(value);
    case 'json':
      return JSON.stringify(value).slice(1, -1);
    case 'xml':
      return escapeXml(value);
    case 'lower':
      return value.toLowerCase();
    case 'upper':
      return value.toUpperCase();
    case 'number':
      return value;
  }
}

function escapeFor(value: string, place: TemplatePlace): string {
  switch (place) {
    case 'url':
      return percentEncode(value);
    case 'header':
      // A header holds visible ASCII; a line break in it would begin another header.
      return /^[\x20-\x7e]*$/.test(value) ? value : percentEncode(value);
    case 'xml':
      return escapeXml(value);
    case 'text':
      return withoutControls(value);
    // JSON and form are written by their own encoders afterwards; raw is what a digest is computed over.
    case 'json':
    case 'form':
    case 'raw':
      return value;
  }
}

const xmlNames: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeXml(value: string): string {
  return withoutControls(value).replace(/[&<>"']/g, (character) => xmlNames[character] ?? character);
}

/** Line breaks and tabs stay; other control characters have no place in a text. */
function withoutControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
}
