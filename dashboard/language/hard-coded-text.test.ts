// @vitest-environment node
// No word that people read is written into the code: it would be there in one language only. Reads the syntax trees of all screens, and their style sheets.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';

const dashboard = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const wordFiles = /(?:^|\/)(?:[\w-]+-words|zh|en|shared-zh|shared-en|phone-zh|phone-en)\.ts$/;
/** Attributes and properties of our own components that are shown or read aloud. */
const readAttributes = new Set([
  ...['title', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'aria-placeholder', 'placeholder', 'alt'],
  ...['label', 'hint', 'text', 'caption', 'heading', 'description', 'summary', 'message', 'empty', 'note', 'confirmLabel', 'unit'],
]);
/** The same in every language: names of things and signs that the field writes so. Each is a whole text. */
const sameEverywhere = new Set([
  // A language is called by its own name.
  ...['中文', 'English'],
  // Names of standards, of an algorithm, of a key in the plant file; examples of tags.
  ...['ANSI/ISA-18.2 · IEC 62682 · EEMUA 191', 'SHA-256', "node: '", 'XNX-1', 'GS-09'],
  // First of the wide characters: measured with, not shown.
  '⺀',
]);
/** What an operating system shows of the app before a language is known says both, or the Chinese: the name under the icon, a push that cannot be read. */
const beforeALanguageIsKnown = new Set([
  'phone/install/phone-manifest.ts',
  'phone/install/service-worker.ts',
  'phone/look/chinese-glyphs.ts',
]);

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';

function* nodesIn(value: unknown, above: readonly SyntaxNode[] = []): Generator<readonly [SyntaxNode, readonly SyntaxNode[]]> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item, above);
  else if (isNode(value)) {
    yield [value, above];
    const inside = [...above, value];
    for (const field of Object.values(value)) if (typeof field === 'object') yield* nodesIn(field, inside);
  }
}

/** The texts that a node shows, whichever way a choice in it goes. */
function shownBy(node: unknown): SyntaxNode[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal':
    case 'TemplateLiteral':
    case 'JSXText':
      return [node];
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
      return shownBy(node.expression);
    case 'ConditionalExpression':
      return [...shownBy(node.consequent), ...shownBy(node.alternate)];
    case 'LogicalExpression':
      return [...shownBy(node.left), ...shownBy(node.right)];
    case 'BinaryExpression':
      return node.operator === '+' ? [...shownBy(node.left), ...shownBy(node.right)] : [];
    default:
      return [];
  }
}

function textOf(node: SyntaxNode): string {
  if (node.type === 'TemplateLiteral')
    return (node.quasis as readonly { readonly value: { readonly cooked: string } }[]).map(({ value }) => value.cooked).join(' ');
  return typeof node.value === 'string' ? node.value : '';
}

const words = /\p{L}{2,}/u;
const han = /\p{Script=Han}/u;

/** `line: text` of everything that is written into a source file. */
function hardCodedTexts(name: string, source: string): string[] {
  const { program, errors } = parseSync(name, source);
  expect(errors, name).toEqual([]);
  const found = new Map<number, string>();
  const blame = (node: SyntaxNode, pattern: RegExp): void => {
    const text = textOf(node).replaceAll(/\s+/g, ' ').trim();
    if (pattern.test(text) && !sameEverywhere.has(text)) found.set(node.start, text);
  };
  for (const [node, above] of nodesIn(program)) {
    const holder = above.at(-1);
    const inElement = holder?.type === 'JSXElement' || holder?.type === 'JSXFragment';
    if (node.type === 'JSXText') blame(node, words);
    else if (node.type === 'JSXExpressionContainer' && inElement) for (const shown of shownBy(node)) blame(shown, words);
    else if (node.type === 'JSXAttribute' && readAttributes.has(String((node.name as SyntaxNode).name)))
      for (const shown of shownBy(node.value)) blame(shown, words);
    else if (node.type === 'Literal' || node.type === 'TemplateLiteral') blame(node, han);
  }
  return [...found].map(([start, text]) => `${name}:${source.slice(0, start).split('\n').length}: ${text}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !/^dist\/|\.test\.tsx?$|-fixture\.tsx?$/.test(name));
}

test('the reader finds what is written into the code, wherever it hides', () => {
  const source = `
    const choice = (isOn: boolean) => <p title="Close">Loading {isOn ? 'yes' : <b>{t('no')}</b>}{\`\${1} bar\`}{isOn && 'shown'}</p>;
    const quiet = <p className="card wide" data-testid="p">{t('common.close')} · {value} {'—'}</p>;
    const chinese = '报警';
  `;
  expect(hardCodedTexts('example.tsx', source).map((line) => line.replace('example.tsx:', ''))).toEqual([
    '2: Close',
    '2: Loading',
    '2: yes',
    '2: bar',
    '2: shown',
    '4: 报警',
  ]);
});

test('no screen has words of its own: all come from the word files, in both languages', () => {
  const files = filesBelow(dashboard).filter((name) => /\.tsx?$/.test(name) && !wordFiles.test(name) && !beforeALanguageIsKnown.has(name));
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap((name) => hardCodedTexts(name, readFileSync(path.join(dashboard, name), 'utf8')))).toEqual([]);
});

test('no style sheet writes words either', () => {
  const sheets = filesBelow(dashboard).filter((name) => name.endsWith('.css'));
  expect(sheets.length).toBeGreaterThan(10);
  const written = sheets.flatMap((name) =>
    [...readFileSync(path.join(dashboard, name), 'utf8').matchAll(/\bcontent:\s*(["'])(.*?)\1/g)]
      .filter(([, , text]) => words.test(text ?? ''))
      .map(([, , text]) => `${name}: ${text}`),
  );
  expect(written).toEqual([]);
});
