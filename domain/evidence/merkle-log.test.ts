// The Merkle log against the definitions of RFC 6962, over all small sizes, and every changed proof refused.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { consistencyProof, emptyRoot, isConsistent, leafHash, MerklePeaks, nodeHash } from './merkle-log.ts';

const lineHashes = Array.from({ length: 130 }, (_, index) => bytesToHex(sha256(utf8ToBytes(`line ${index}`))));

function peaksOf(size: number): MerklePeaks {
  const log = new MerklePeaks();
  for (const hash of lineHashes.slice(0, size)) log.add(hash);
  return log;
}

/** MTH of RFC 6962, written as the standard writes it. */
function definedRoot(hashes: readonly string[]): string {
  const [only] = hashes;
  if (only === undefined) return emptyRoot;
  if (hashes.length === 1) return leafHash(only);
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)));
}

test('the root that grows line by line is the root that the standard defines', () => {
  for (let size = 0; size <= 130; size += 1) expect(peaksOf(size).root(), `size ${size}`).toBe(definedRoot(lineHashes.slice(0, size)));
  expect(emptyRoot).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('every later log proves that it holds every earlier one', () => {
  for (let size = 1; size <= 66; size += 1) {
    for (let first = 0; first <= size; first += 1) {
      const earlier = peaksOf(first);
      const proof = consistencyProof(earlier, lineHashes.slice(first, size));
      const [before, after] = [
        { size: first, root: earlier.root() },
        { size, root: peaksOf(size).root() },
      ];
      expect(isConsistent(before, after, proof), `${first} in ${size}`).toBe(true);
    }
  }
});

test('a past that was changed, a cut tail, or a changed proof is never consistent', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 129 }),
      fc.integer({ min: 1, max: 129 }),
      fc.nat(),
      fc.constantFrom('line', 'proof', 'tail', 'less', 'more' as const),
      (one, other, where, change) => {
        const [first, size] = [Math.min(one, other), Math.max(one, other) + 1];
        const earlier = { size: first, root: peaksOf(first).root() };
        const proof = consistencyProof(peaksOf(first), lineHashes.slice(first, size));
        const later = { size, root: peaksOf(size).root() };
        const flipped = (hash: string) => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
        if (change === 'line') {
          const changed = lineHashes.slice(0, size).map((hash, index) => (index === where % first ? flipped(hash) : hash));
          const log = new MerklePeaks();
          for (const hash of changed.slice(0, first)) log.add(hash);
          const forged = consistencyProof(log, changed.slice(first));
          for (const hash of changed.slice(first)) log.add(hash);
          return !isConsistent(earlier, { size, root: log.root() }, forged);
        }
        if (change === 'tail') return !isConsistent(later, earlier, proof);
        if (proof.length === 0) return true;
        if (change === 'less') return !isConsistent(earlier, later, proof.slice(1));
        if (change === 'more') return !isConsistent(earlier, later, [...proof, lineHashes[0] ?? '']);
        return !isConsistent(
          earlier,
          later,
          proof.map((hash, index) => (index === where % proof.length ? flipped(hash) : hash)),
        );
      },
    ),
    { numRuns: 500 },
  );
});
