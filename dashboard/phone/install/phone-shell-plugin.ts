// Vite plugin: puts manifests and icons beside the phone's page, and builds its service worker with the list of files that make up the app.
// The worker is a bundle of its own: it must be one file under a name that never changes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';
import { languages } from '../../../domain/text/localized-text.ts';
import { withoutJsonSchema } from '../../packing/without-json-schema.ts';
import { iconFiles, manifestFor } from './phone-manifest.ts';

const page = 'phone/index.html';

export function phoneShell(): Plugin {
  return {
    name: 'gatewatch-phone-shell',
    apply: 'build',
    generateBundle() {
      for (const language of languages) {
        this.emitFile({
          type: 'asset',
          fileName: `phone/manifest.${language}.webmanifest`,
          source: JSON.stringify(manifestFor(language)),
        });
      }
      for (const file of iconFiles)
        this.emitFile({
          type: 'asset',
          fileName: `phone/${file}`,
          source: readFileSync(path.join(import.meta.dirname, '..', 'icons', file)),
        });
    },
    async writeBundle(options, bundle) {
      const files = shellFiles(bundle);
      const version = createHash('sha256').update(JSON.stringify(files)).update(pageSource(bundle)).digest('hex').slice(0, 12);
      await build({
        configFile: false,
        logLevel: 'warn',
        root: import.meta.dirname,
        plugins: [withoutJsonSchema()],
        define: { __shellFiles: JSON.stringify(files), __shellVersion: JSON.stringify(version) },
        build: {
          outDir: path.join(options.dir ?? '', 'phone'),
          emptyOutDir: false,
          target: 'es2023',
          reportCompressedSize: false,
          lib: {
            entry: path.join(import.meta.dirname, 'service-worker.ts'),
            formats: ['iife'],
            name: 'phoneServiceWorker',
            fileName: () => 'service-worker.js',
          },
        },
      });
    },
  };
}

/** Paths of everything that the phone's page loads, at once or later. */
function shellFiles(bundle: Rolldown.OutputBundle): string[] {
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = bundle[name];
    // The web font is for machines without Chinese glyphs; no phone is one.
    if (chunk?.type !== 'chunk' || chunk.name === 'font' || files.has(name)) return;
    files.add(name);
    for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
    for (const asset of chunk.viteMetadata?.importedAssets ?? []) files.add(asset);
    for (const imported of [...chunk.imports, ...chunk.dynamicImports]) add(imported);
  };
  for (const chunk of Object.values(bundle))
    if (chunk.type === 'chunk' && chunk.facadeModuleId?.endsWith(page) === true) add(chunk.fileName);
  if (files.size === 0) throw new Error(`the build has no ${page}`);
  return [
    '/phone/index.html',
    ...languages.map((language) => `/phone/manifest.${language}.webmanifest`),
    ...iconFiles.map((file) => `/phone/${file}`),
    ...[...files].map((file) => `/${file}`).sort(),
  ];
}

function pageSource(bundle: Rolldown.OutputBundle): string | Uint8Array {
  const html = bundle[page];
  if (html?.type !== 'asset') throw new Error(`the build has no ${page}`);
  return html.source;
}
