// The journal as a Merkle log (RFC 6962, section 2.1): one root over all its lines, and proofs that a later log holds an earlier one unchanged.
// A chain of hashes alone shows neither a cut tail nor a past that was chained anew; a root that somebody else keeps shows both.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** Hashes are hex, 64 digits. A leaf's content is the 32 bytes of the hash of its journal line. */
export function leafHash(lineHash: string): string {
  const bytes = new Uint8Array(33);
  bytes.set(hexToBytes(lineHash), 1);
  return bytesToHex(sha256(bytes));
}

export function nodeHash(left: string, right: string): string {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(hexToBytes(left), 1);
  bytes.set(hexToBytes(right), 33);
  return bytesToHex(sha256(bytes));
}

export const emptyRoot = bytesToHex(sha256(new Uint8Array(0)));

/**
 * The tops of the complete subtrees of a log of `size` lines, largest first: all that is needed to let it grow and to know its root.
 * Their sizes are the powers of two in `size`.
 */
export class MerklePeaks {
  #size: number;
  readonly #peaks: string[];

  constructor(size = 0, peaks: readonly string[] = []) {
    if (peaks.length !== peakSizes(size).length)
      throw new Error(`a log of ${size} lines has ${peakSizes(size).length} peaks, not ${peaks.length}`);
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly string[] {
    return [...this.#peaks];
  }

  add(lineHash: string): void {
    let node = leafHash(lineHash);
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.#peaks.pop() ?? '', node);
    this.#peaks.push(node);
    this.#size += 1;
  }

  root(): string {
    return this.#peaks.length === 0 ? emptyRoot : this.#peaks.reduceRight((right, left) => nodeHash(left, right));
  }

  copy(): MerklePeaks {
    return new MerklePeaks(this.#size, this.#peaks);
  }
}

/** The powers of two in a number, largest first. */
function peakSizes(size: number): number[] {
  const sizes: number[] = [];
  for (let rest = size; rest > 0; ) {
    const largest = 2 ** Math.floor(Math.log2(rest));
    sizes.push(largest);
    rest -= largest;
  }
  return sizes;
}

/** Largest power of two smaller than `size` (RFC 6962: k < n ≤ 2k). */
function splitOf(size: number): number {
  let split = 2 ** Math.floor(Math.log2(size));
  if (split === size) split /= 2;
  return split;
}

/**
 * PROOF(m, D[n]) of RFC 6962, section 2.1.2, from the peaks of the earlier log and the lines that came after it: no older line is needed, because every
 * node left of a cut is a peak of the earlier log.
 */
export function consistencyProof(earlier: MerklePeaks, laterLineHashes: readonly string[]): string[] {
  const { size: first, peaks } = earlier;
  const size = first + laterLineHashes.length;
  if (first === 0 || first === size) return [];
  const leaves = laterLineHashes.map(leafHash);
  const peakFrom = new Map<string, string>();
  let start = 0;
  for (const [index, width] of peakSizes(first).entries()) {
    peakFrom.set(`${start}+${width}`, peaks[index] ?? '');
    start += width;
  }
  /** Root of the lines [from, to). */
  const rootOf = (from: number, to: number): string => {
    const peak = peakFrom.get(`${from}+${to - from}`);
    if (peak !== undefined) return peak;
    if (to - from === 1) {
      const leaf = leaves[from - first];
      if (leaf === undefined) throw new Error(`line ${from} lies inside the earlier log`);
      return leaf;
    }
    const split = from + splitOf(to - from);
    return nodeHash(rootOf(from, split), rootOf(split, to));
  };
  const proof: string[] = [];
  const walk = (cut: number, from: number, to: number, isWhole: boolean): void => {
    if (cut === to - from) {
      if (!isWhole) proof.push(rootOf(from, to));
      return;
    }
    const split = splitOf(to - from);
    if (cut <= split) {
      walk(cut, from, from + split, isWhole);
      proof.push(rootOf(from + split, to));
    } else {
      walk(cut - split, from + split, to, false);
      proof.push(rootOf(from, from + split));
    }
  };
  walk(first, 0, size, true);
  return proof;
}

interface LogRoot {
  readonly size: number;
  readonly root: string;
}

/** Whether the later log holds the earlier one unchanged (RFC 9162, section 2.1.4.2). */
export function isConsistent(earlier: LogRoot, later: LogRoot, proof: readonly string[]): boolean {
  if (earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && earlier.root === later.root;
  if (earlier.size === 0) return proof.length === 0 && earlier.root === emptyRoot;
  const path = Number.isInteger(Math.log2(earlier.size)) ? [earlier.root, ...proof] : [...proof];
  const seed = path.shift();
  if (seed === undefined) return false;
  let first = earlier.size - 1;
  let last = later.size - 1;
  while (first % 2 === 1) {
    first = Math.floor(first / 2);
    last = Math.floor(last / 2);
  }
  let firstRoot = seed;
  let lastRoot = seed;
  for (const node of path) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      firstRoot = nodeHash(node, firstRoot);
      lastRoot = nodeHash(node, lastRoot);
      while (first % 2 === 0 && first !== 0) {
        first = Math.floor(first / 2);
        last = Math.floor(last / 2);
      }
    } else lastRoot = nodeHash(lastRoot, node);
    first = Math.floor(first / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && firstRoot === earlier.root && lastRoot === later.root;
}
