// Builds the dashboard to `dashboard/dist`: the control room, and the phone beside it. `vite` alone serves both with hot reload and passes the API on to a
// running Gatewatch.
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { oneLanguage } from './dashboard/packing/one-language.ts';
import { precompress } from './dashboard/packing/precompress.ts';
import { withoutJsonSchema } from './dashboard/packing/without-json-schema.ts';
import { phoneShell } from './dashboard/phone/install/phone-shell-plugin.ts';
import { verifyPage } from './dashboard/verify/verify-page-plugin.ts';
import packageJson from './package.json' with { type: 'json' };

const server = 'http://127.0.0.1:8080';
const define = { __gatewatchVersion: JSON.stringify(packageJson.version) };
const plugins = () => [...react(), withoutJsonSchema(), oneLanguage()];
const build = {
  target: 'es2023',
  // The content security policy of the server allows neither `data:` fonts nor inline scripts.
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  chunkSizeWarningLimit: 700,
  reportCompressedSize: false,
} as const;

export default defineConfig({
  root: path.join(import.meta.dirname, 'dashboard'),
  plugins: [
    ...plugins(),
    phoneShell({ define, build }, plugins),
    verifyPage({ build }, plugins),
    precompress(path.join(import.meta.dirname, 'dashboard', 'dist')),
  ],
  define,
  build: {
    ...build,
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        // What every page needs lies in one file instead of many small ones: each costs a request and its headers.
        codeSplitting: { groups: [{ name: 'base', tags: ['$initial'] }] },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
});
