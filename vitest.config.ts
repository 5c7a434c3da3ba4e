// Test projects. `unit` beside the code, `dashboard` in jsdom, `services` against real databases and brokers, `acceptance` and `browser` over the whole product.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { postgresProgram } from './test/services/postgres.ts';

const backend = ['domain', 'historian', 'link', 'collector', 'server', 'simulators', 'test'];

const storeTests = [
  'access',
  'alarm-settings',
  'alarms/alarm-store',
  'duty',
  'hazards',
  'incidents',
  'journal/journal',
  'journal/ledger',
  'maintenance/maintenance',
  'obligations',
  'performance',
  'push',
  'trends',
  'wall',
].map((part) => `server/${part}${part.includes('/') ? '' : '/**/*'}.test.ts`);
// Looked for only where that project is asked for: it says so where there is none.
const hasPostgres = process.argv.includes('postgres') && postgresProgram() !== null;

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [...backend.map((folder) => `${folder}/**/*.test.ts`)],
          exclude: ['**/*.services.test.ts', 'test/acceptance/**', 'test/browser/**', 'test/faults/**', '**/node_modules/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [react()],
        test: { name: 'dashboard', include: ['dashboard/**/*.test.{ts,tsx}'], environment: 'jsdom', testTimeout: 20_000 },
      },
      {
        test: {
          name: 'services',
          include: ['**/*.services.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They wait for most of their time: for a lease, for an election, for a drain.
          maxWorkers: 2,
        },
      },
      {
        // The server's own tests once more, its database being PostgreSQL.
        test: {
          name: 'postgres',
          // Without those that look into the file, and those that count turns of the loop between two moments of the clock.
          include: hasPostgres ? storeTests : [],
          exclude: ['**/*.services.test.ts', '**/node_modules/**'],
          globalSetup: hasPostgres ? ['test/services/postgres-for-all.ts'] : [],
          setupFiles: ['test/services/open-as-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'acceptance',
          expect: { poll: { timeout: 20_000, interval: 50 } },
          include: ['test/acceptance/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // The default of a second is too short for a page on a busy machine: what is awaited is awaited.
          expect: { poll: { timeout: 20_000, interval: 50 } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
