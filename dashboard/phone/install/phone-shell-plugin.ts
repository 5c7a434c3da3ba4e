// Vite plugin: builds the phone beside the control room. A bundle of its own, because the two share libraries but few devices, and a phone on a bad network
// is served best by one file for its first screen; its manifests and icons; and its service worker with the list of files that make up the app.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite';
import { languages } from '../../../domain/text/localized-text.ts';
import { iconFiles, manifestFor } from './phone-manifest.ts';

const dashboard = path.join(import.meta.dirname, '..', '..');
const page = 'phone/index.html';

/** `shared`: what the control room is built with too. `newPlugins`: plugins must not be used in two builds. */
export function phoneShell(shared: Pick<InlineConfig, 'define' | 'build'>, newPlugins: () => Plugin[]): Plugin {
  return {
    name: 'gatewatch-phone-shell',
    apply: 'build',
    async writeBundle({ dir: outDir = '' }) {
      const output = await buildPage(outDir, shared, newPlugins());
      await buildWorker(outDir, shared, newPlugins(), output);
    },
  };
}

async function buildPage(
  outDir: string,
  shared: Pick<InlineConfig, 'define' | 'build'>,
  plugins: Plugin[],
): Promise<Rolldown.RolldownOutput> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: dashboard,
    define: shared.define ?? {},
    plugins: [...plugins, manifestsAndIcons()],
    build: {
      ...shared.build,
      outDir,
      emptyOutDir: false,
      assetsDir: 'phone/assets',
      rolldownOptions: {
        input: path.join(dashboard, page),
        output: { codeSplitting: { groups: [{ name: firstScreen() }] } },
      },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('the phone was not built');
  return output;
}

/** Everything that the entry needs at once goes into one file. */
function firstScreen(): (moduleId: string, context: Rolldown.ChunkingContext) => string | null {
  let needed: Set<string> | null = null;
  return (moduleId, context) => {
    if (needed === null) {
      const found = new Set<string>();
      const walk = (id: string): void => {
        if (found.has(id)) return;
        found.add(id);
        for (const imported of context.getModuleInfo(id)?.importedIds ?? []) walk(imported);
      };
      walk(path.join(dashboard, 'phone', 'main.tsx'));
      needed = found;
    }
    return needed.has(moduleId) ? 'app' : null;
  };
}

function manifestsAndIcons(): Plugin {
  return {
    name: 'gatewatch-phone-manifest',
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
  };
}

/** One file under a name that never changes. */
async function buildWorker(
  outDir: string,
  shared: Pick<InlineConfig, 'build'>,
  plugins: Plugin[],
  output: Rolldown.RolldownOutput,
): Promise<void> {
  const files = shellFiles(output);
  const version = createHash('sha256').update(JSON.stringify(files)).update(pageSource(output)).digest('hex').slice(0, 12);
  await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    plugins,
    define: { __shellFiles: JSON.stringify(files), __shellVersion: JSON.stringify(version) },
    build: {
      ...shared.build,
      outDir: path.join(outDir, 'phone'),
      emptyOutDir: false,
      lib: {
        entry: path.join(import.meta.dirname, 'service-worker.ts'),
        formats: ['iife'],
        name: 'phoneServiceWorker',
        fileName: () => 'service-worker.js',
      },
    },
  });
}

/** Paths of everything that makes up the app, needed at once or later. */
function shellFiles({ output }: Rolldown.RolldownOutput): string[] {
  const files = output
    // The web font is for machines without Chinese glyphs; no phone is one.
    .filter((file) => /\.(js|css|svg)$/.test(file.fileName) && !/\/font-[^/]*$/.test(file.fileName))
    .map(({ fileName }) => `/${fileName}`);
  return [
    '/phone/index.html',
    ...languages.map((language) => `/phone/manifest.${language}.webmanifest`),
    ...iconFiles.map((file) => `/phone/${file}`),
    ...files.sort(),
  ];
}

function pageSource({ output }: Rolldown.RolldownOutput): string | Uint8Array {
  const html = output.find((file) => file.fileName === page);
  if (html?.type !== 'asset') throw new Error(`the build has no ${page}`);
  return html.source;
}
