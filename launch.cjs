// Plain JavaScript that any Node from 18 on can parse: installs what is missing, finds a Node that runs TypeScript, and starts Gatewatch with it.
'use strict';
const { spawnSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = __dirname;
const modules = path.join(root, 'node_modules');
const stampPath = path.join(modules, '.gatewatch-installed');

function fail(message) {
  console.error(`gatewatch: ${message}`);
  process.exit(1);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  fail(
    `this is Node ${process.versions.node}; Gatewatch needs Node 20 or newer to install itself (it then brings the Node 24 it runs on). See https://nodejs.org`,
  );
}

function hashOf(files) {
  const hash = crypto.createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(fs.readFileSync(path.join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function install() {
  const wanted = hashOf(['package.json', 'package-lock.json']);
  if (readText(stampPath) === wanted) return;
  console.error('gatewatch: installing packages (once) …');
  const npm = process.env.npm_execpath;
  // Not `npm ci`: it refuses a lock file that leaves out another platform's optional binaries, and a registry mirror may not hold them all.
  // `install --no-save` takes every version from the lock file too, and writes to neither file.
  const arguments_ = ['install', '--no-save', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: 'inherit' })
    : spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', arguments_, {
        cwd: root,
        stdio: 'inherit',
        shell: process.platform === 'win32',
      });
  if (result.status !== 0)
    fail(
      'the packages could not be installed; the lines above say why. Check the network or the registry setting of npm, then run the command again.',
    );
  fs.writeFileSync(stampPath, wanted);
}

/** The Node 24 that came with the packages, else this one where it is new enough. */
function findNode() {
  const shipped = path.join(
    modules,
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (fs.existsSync(shipped)) return shipped;
  const [, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 16)) return process.execPath;
  return fail(
    `no Node 24 for ${process.platform}-${process.arch} among the packages, and this is Node ${process.versions.node}. Install Node 24.16 or newer and run the command again.`,
  );
}

function filesBelow(folder) {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'dist' ? [] : filesBelow(name);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [name];
  });
}

/** Builds the dashboard where its sources changed since the last build. */
function buildDashboard(node) {
  const stamp = path.join(root, 'dashboard', 'dist', '.built-from');
  const wanted = hashOf(['package-lock.json', 'vite.config.ts', ...filesBelow('dashboard'), ...filesBelow('domain')].sort());
  if (readText(stamp) === wanted) return;
  console.error('gatewatch: building the dashboard …');
  const result = spawnSync(node, [path.join(modules, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) fail('the dashboard could not be built; the lines above say why.');
  fs.writeFileSync(stamp, wanted);
}

function run(node, script, arguments_) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.join(root, script), ...arguments_], {
    cwd: process.cwd(),
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; a service manager to this one only. The child stops in order, this one waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`could not start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

const [task, ...rest] = process.argv.slice(2);
install();
const node = findNode();
switch (task) {
  case 'start':
    buildDashboard(node);
    run(node, 'gatewatch.ts', ['run', ...rest]);
    break;
  case 'gatewatch':
    run(node, 'gatewatch.ts', rest);
    break;
  case 'test':
    buildDashboard(node);
    run(node, 'test/run-tests.ts', rest);
    break;
  case 'test:faults':
    buildDashboard(node);
    process.env.FAULTS = 'long';
    run(node, 'test/run-tests.ts', rest.length > 0 ? rest : ['test/faults']);
    break;
  case 'screens':
    buildDashboard(node);
    run(node, 'test/browser/take-screens.ts', rest);
    break;
  case 'bench':
    run(node, 'test/bench/run-bench.ts', rest);
    break;
  case 'build':
    buildDashboard(node);
    break;
  default:
    fail(`unknown task ${task}: expected start, test, test:faults, bench, build, screens or gatewatch`);
}
