// Vite plugin: a file of words has both languages side by side, so that who writes one sees the other; a page loads only the language that it speaks.
// What the list of a language imports is taken as a module of its own, of which the unused half falls away.
// A file of words imports no other: its half would lie in what is loaded first, and that waits for the language.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const list = /[\\/]language[\\/](?:shared-)?(zh|en)\.ts$/;
const words = /-words\.ts$/;

export function oneLanguage(): Plugin {
  return {
    name: 'gatewatch-one-language',
    apply: 'build',
    enforce: 'pre',
    async resolveId(source, importer) {
      const language = list.exec(importer ?? '')?.[1];
      if (language === undefined || !words.test(source)) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved === null ? null : { ...resolved, id: `${resolved.id}?only=${language}` };
    },
    load(id) {
      const [file = '', query] = id.split('?');
      if (query === undefined || !query.startsWith('only=') || !words.test(file)) return null;
      return { code: readFileSync(file, 'utf8'), moduleType: 'ts' };
    },
  };
}
