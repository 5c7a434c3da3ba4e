// Vite plugin: makes the offline verification page, one HTML file with everything inside. It is served for download only: whoever verifies opens his own copy.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const place = '<script>/* the verifier */</script>';

export function verifyPage(shared: Pick<InlineConfig, 'build'>, newPlugins: () => Plugin[]): Plugin {
  return {
    name: 'gatewatch-verify-page',
    apply: 'build',
    async writeBundle({ dir: outDir = '' }) {
      const page = readFileSync(path.join(import.meta.dirname, 'verify-page.html'), 'utf8');
      const script = await buildScript(shared, newPlugins());
      if (page.split(place).length !== 2) throw new Error('the page has no place for its script');
      const folder = path.join(outDir, 'verify');
      mkdirSync(folder, { recursive: true });
      // `replace` with a function: a dollar sign in the script is a dollar sign.
      writeFileSync(
        path.join(folder, 'gatewatch-verify.html'),
        page.replace(place, () => `<script>${script}</script>`),
      );
    },
  };
}

async function buildScript(shared: Pick<InlineConfig, 'build'>, plugins: Plugin[]): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    plugins,
    build: {
      ...shared.build,
      write: false,
      lib: { entry: path.join(import.meta.dirname, 'verify-page.ts'), formats: ['iife'], name: 'gatewatchVerify' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('the verification page was not built');
  const [chunk, ...others] = output.output;
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('the verifier must be one script');
  return chunk.code.replaceAll('</script', '<\\/script');
}
