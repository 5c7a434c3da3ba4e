// From the text of a plant file to a compiled Plant, or to every issue with its line and path. Pure: the text and its version come in.
import { type Alias, type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { compilePlant } from './compile-plant.ts';
import type { Plant } from './plant.ts';
import { plantFileSchema } from './plant-file.ts';
import type { PathPart, PlantIssue } from './plant-issues.ts';

export type ParsedPlant =
  | { readonly kind: 'ok'; readonly plant: Plant; readonly warnings: readonly PlantIssue[] }
  | { readonly kind: 'invalid'; readonly issues: readonly PlantIssue[] };

/** `version`: hash of `text`, made by the caller (domain has no crypto). */
export function parsePlantText(text: string, options: { readonly version: string }): ParsedPlant {
  return parseLargeJson(text, options) ?? parseYaml(text, options);
}

/**
 * YAML 1.2 includes JSON, and a plant file of many thousand points made by a program is JSON: read as such it costs seconds instead of minutes.
 * Null where it is not JSON or anything is wrong with it: then it is read as YAML, which tells the lines.
 */
function parseLargeJson(text: string, options: { readonly version: string }): ParsedPlant | null {
  if (!text.startsWith('{')) return null;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = plantFileSchema.safeParse(content);
  if (!parsed.success) return null;
  const { plant, issues } = compilePlant(parsed.data, options);
  return issues.all().length === 0 ? { kind: 'ok', plant, warnings: [] } : null;
}

function parseYaml(text: string, options: { readonly version: string }): ParsedPlant {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0) {
    return {
      kind: 'invalid',
      issues: document.errors.map((error) => {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        return { severity: 'error', path: [], message: error.message, line, column: col };
      }),
    };
  }
  const locate = (issue: Omit<PlantIssue, 'line' | 'column'>): PlantIssue => {
    const offset = offsetOf(document, issue.path);
    if (offset === null) return { ...issue, line: null, column: null };
    const { line, col } = lineCounter.linePos(offset);
    return { ...issue, line, column: col };
  };

  const content = contentOf(document);
  if (content.kind === 'refused') {
    const { line, col } = lineCounter.linePos(content.offset);
    return { kind: 'invalid', issues: [{ severity: 'error', path: [], message: content.message, line, column: col }] };
  }
  const parsed = plantFileSchema.safeParse(content.value);
  if (!parsed.success) {
    return {
      kind: 'invalid',
      issues: parsed.error.issues.slice(0, mostIssues).flatMap((issue) => {
        const path = issue.path.map((part): PathPart => (typeof part === 'symbol' ? part.toString() : part));
        if (issue.code === 'unrecognized_keys') {
          return issue.keys
            .slice(0, mostIssues)
            .map((key) => locate({ severity: 'error', path: [...path, key], message: 'unknown setting' }));
        }
        return [locate({ severity: 'error', path, message: issue.message })];
      }),
    };
  }
  const { plant, issues } = compilePlant(parsed.data, { version: options.version });
  const located = issues.all().map(locate);
  if (located.some((issue) => issue.severity === 'error')) return { kind: 'invalid', issues: located };
  return { kind: 'ok', plant, warnings: located };
}

/** Each is looked up in the text: more of them would help nobody and take minutes. */
const mostIssues = 500;

type Content =
  | { readonly kind: 'content'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly message: string; readonly offset: number };

/** What the library throws only when the text becomes values: an alias of nothing, aliases of aliases that would fill the memory. */
export function contentOf(document: Document): Content {
  try {
    return { kind: 'content', value: document.toJS({ maxAliasCount: 1_000 }) };
  } catch (error) {
    const aliases: Alias[] = [];
    visit(document, { Alias: (_key, node) => void aliases.push(node) });
    const culprit = aliases.find((alias) => alias.resolve(document) === undefined) ?? aliases[0];
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error), offset: culprit?.range?.[0] ?? 0 };
  }
}

/** The issues with the places of their paths in `text`, whose own faults of writing come first. */
export function locateIssues(text: string, issues: readonly PlantIssue[]): ParsedPlant {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false, version: '1.2' });
  const place = (offset: number | null) => {
    if (offset === null) return { line: null, column: null };
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  return {
    kind: 'invalid',
    issues: [
      ...document.errors.map((error): PlantIssue => ({ severity: 'error', path: [], message: error.message, ...place(error.pos[0]) })),
      ...issues.map((issue) => ({ ...issue, ...(issue.line === null ? {} : place(offsetOf(document, issue.path))) })),
    ],
  };
}

/** Where in the text a path begins: the key where the last part names one, else the value; the nearest parent where the path is absent. */
function offsetOf(document: Document, path: readonly PathPart[]): number | null {
  let node: unknown = document.contents;
  let offset: number | null = startOf(node);
  for (const part of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isNode(item.key) && 'value' in item.key && item.key.value === part);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(part)];
      offset = startOf(next) ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next;
  }
  return offset;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
