// Builds the dashboard to `dashboard/dist`. `vite` alone serves it with hot reload and passes the API on to a running Gatewatch.
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './dashboard/packing/precompress.ts';
import { withoutJsonSchema } from './dashboard/packing/without-json-schema.ts';
import { phoneShell } from './dashboard/phone/install/phone-shell-plugin.ts';
import packageJson from './package.json' with { type: 'json' };

const server = 'http://127.0.0.1:8080';

export default defineConfig({
  root: path.join(import.meta.dirname, 'dashboard'),
  plugins: [react(), withoutJsonSchema(), phoneShell(), precompress(path.join(import.meta.dirname, 'dashboard', 'dist'))],
  define: { __gatewatchVersion: JSON.stringify(packageJson.version) },
  build: {
    outDir: 'dist',
    // Two pages: the control room, and the phone, which loads little.
    rolldownOptions: {
      input: [path.join(import.meta.dirname, 'dashboard/index.html'), path.join(import.meta.dirname, 'dashboard/phone/index.html')],
    },
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy of the server allows neither `data:` fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
});
