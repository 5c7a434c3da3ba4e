// A file system that forgets what was never synced: ext4 on a disk in memory, whose blocks are copied while a program writes to it. What the copy holds is what a
// disk holds when the power goes: what was still in the machine's cache is not in it. Needs Linux, root and loop devices; says what is missing otherwise.
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { must, run } from './run-command.ts';

export interface PowerCut {
  /** As the disk had it, after the file system's own recovery. */
  readonly synced: string;
  /** As the machine's cache had it: what a killed process leaves. */
  readonly cached: string;
  /** Each sector as one or the other at random: the power went while the cache was being written, in whatever order. */
  readonly torn: string;
  /** Bytes in which disk and cache differed. */
  readonly unsyncedBytes: number;
  release(): void;
}

export interface ForgetfulDisk {
  readonly folder: string;
  /** The program that writes must stand still meanwhile, so that disk and cache are of one moment. */
  cut(random: () => number): PowerCut;
  /** What a cut left is what the disk holds from now on, all of it written. */
  become(state: string): void;
  /** From now on a block that was never written before cannot be: writes and fsync fail with EIO, and the file system gives up. */
  fail(): void;
  /** The disk as it is, mounted anew after the programs that used it have ended. */
  mountAgain(): string;
  close(): void;
}

const sectorBytes = 512;

/** A folder on such a disk, below `place`, or why there can be none here. */
export function openForgetfulDisk(place: string, sizeMB: number): ForgetfulDisk | string {
  if (process.platform !== 'linux') return `no loop devices on ${process.platform}`;
  if (process.getuid?.() !== 0) return 'only root may mount';
  const memory = path.join(place, 'memory');
  mkdirSync(memory, { recursive: true });
  const image = path.join(memory, 'disk');
  const folder = path.join(memory, 'mounted');
  const refusal = run('mount', '-t', 'tmpfs', '-o', `size=${sizeMB * 6}m`, 'gatewatch-test', memory);
  if (refusal !== null) return refusal;
  closeSync(openSync(image, 'w'));
  truncateSync(image, sizeMB * 1024 * 1024);
  mkdirSync(folder);
  // The file system commits by itself as seldom as it can: what is on the disk is there because somebody synced it.
  const failed = run('mke2fs', '-q', '-t', 'ext4', '-m', '0', image) ?? run('mount', '-o', 'loop,noatime,commit=900', image, folder);
  if (failed !== null) {
    run('umount', memory);
    return failed;
  }
  let cuts = 0;
  return {
    folder,
    cut(random) {
      cuts += 1;
      const copy = path.join(memory, `cut-${cuts}`);
      copyStill(image, copy);
      const [synced, cached, torn] = ['synced', 'cached', 'torn'].map((name) => path.join(memory, `${name}-${cuts}`)) as [
        string,
        string,
        string,
      ];
      cpSync(folder, cached, { recursive: true });
      mkdirSync(synced);
      must(run('mount', '-o', 'loop,noatime', copy, synced));
      const unsyncedBytes = tear({ synced, cached, torn, random });
      return {
        synced,
        cached,
        torn,
        unsyncedBytes,
        release() {
          must(run('umount', synced));
          for (const gone of [copy, synced, cached, torn]) rmSync(gone, { recursive: true, force: true });
        },
      };
    },
    become(state) {
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
      for (const name of readdirSync(state)) if (name !== 'lost+found') must(run('cp', '-a', path.join(state, name), folder));
      must(run('sync', '--file-system', folder));
    },
    fail() {
      const ballast = path.join(memory, 'ballast');
      run('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=1M');
      run('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=4096', 'oflag=append', 'conv=notrunc');
    },
    mountAgain() {
      must(unmount(folder));
      rmSync(path.join(memory, 'ballast'), { force: true });
      must(run('mount', '-o', 'loop,noatime', image, folder));
      return folder;
    },
    close() {
      for (let cut = 1; cut <= cuts; cut += 1) {
        const left = path.join(memory, `synced-${cut}`);
        if (existsSync(left)) run('umount', '--lazy', left);
      }
      run('umount', '--lazy', folder);
      run('umount', '--lazy', memory);
    },
  };
}

/** Tried again for a while: a process that was killed may still be on its way out. */
function unmount(folder: string): string | null {
  const untilMs = performance.now() + 5_000;
  for (;;) {
    const refusal = run('umount', folder);
    if (refusal === null || performance.now() > untilMs) return refusal;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** Of one moment: the disk's count of writes is the same after the copy as before it. */
function copyStill(image: string, copy: string): void {
  const device = readdirSync('/sys/block').find((name) => backingFile(name) === image);
  const writes = () => (device === undefined ? '' : readFileSync(`/sys/block/${device}/stat`, 'utf8'));
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const before = writes();
    must(run('cp', '--sparse=always', image, copy));
    if (writes() === before) return;
  }
  throw new Error('the disk never stood still while it was copied');
}

function backingFile(device: string): string | null {
  const place = `/sys/block/${device}/loop/backing_file`;
  return existsSync(place) ? readFileSync(place, 'utf8').trim() : null;
}

/** What the disk had and the cache has, sector by sector, at random; of a file that only one of them has, all or nothing. */
function tear(options: { synced: string; cached: string; torn: string; random: () => number }): number {
  const { synced, cached, torn, random } = options;
  let unsynced = 0;
  const walk = (below: string): void => {
    mkdirSync(path.join(torn, below), { recursive: true });
    const entries = new Map<string, boolean>();
    for (const side of [synced, cached])
      if (existsSync(path.join(side, below)))
        for (const entry of readdirSync(path.join(side, below), { withFileTypes: true })) entries.set(entry.name, entry.isDirectory());
    for (const [name, isFolder] of [...entries].sort()) {
      const place = path.join(below, name);
      if (name === 'lost+found') continue;
      if (isFolder) {
        walk(place);
        continue;
      }
      const [disk, cache] = [synced, cached].map((side) =>
        existsSync(path.join(side, place)) ? readFileSync(path.join(side, place)) : null,
      );
      if (disk && cache && disk.equals(cache)) copyFileSync(path.join(synced, place), path.join(torn, place));
      else if (disk && cache) {
        const mixed = mix(disk, cache, random);
        unsynced += mixed.unsynced;
        writeFileSync(path.join(torn, place), mixed.content);
      } else {
        const only = disk ?? cache;
        unsynced += only?.length ?? 0;
        if (only && random() < 0.5) writeFileSync(path.join(torn, place), only);
      }
    }
  };
  walk('');
  return unsynced;
}

function mix(disk: Buffer, cache: Buffer, random: () => number): { readonly content: Buffer; readonly unsynced: number } {
  const length = random() < 0.5 ? disk.length : cache.length;
  const content = Buffer.alloc(length);
  const share = random();
  let unsynced = 0;
  for (let at = 0; at < length; at += sectorBytes) {
    const end = Math.min(at + sectorBytes, length);
    const [before, after] = [disk.subarray(at, end), cache.subarray(at, end)];
    const isSame = before.equals(after);
    if (!isSame) unsynced += end - at;
    (isSame || random() < share ? after : before).copy(content, at);
  }
  return { content, unsynced };
}
