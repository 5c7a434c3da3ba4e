// Vite plugin: leaves zod's writer of JSON Schema out of the pages (6 kB of the first load, compressed). The server describes its API with it; no page does.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const writers = /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/;

export function withoutJsonSchema(): Plugin {
  return {
    name: 'gatewatch-without-json-schema',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!writers.test(id)) return null;
      const names = [...readFileSync(id, 'utf8').matchAll(/^export (?:const|function|class) (\w+)/gm)].map((match) => match[1]);
      if (names.length === 0) return null;
      return names.map((name) => `export const ${name} = () => undefined;`).join('\n');
    },
  };
}
