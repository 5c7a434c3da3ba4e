// Findings that say the same of many instruments at the same time, put together: a lost station is one thing that happened, not sixty.
import type { Finding } from '../../domain/obligations/obligation.ts';

const minuteMs = 60_000;
const fewest = 4;

/** In their order; each group has one finding or at least four. Begin and end of a group agree to the minute. */
export function groupedFindings(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const keyOf = (finding: Finding) =>
    [finding.state, finding.cause, finding.isOpen, Math.round(finding.fromMs / minuteMs), Math.round(finding.toMs / minuteMs)].join();
  const groups = Map.groupBy(findings, keyOf);
  const seen = new Set<string>();
  return findings.flatMap((finding): [Finding, ...Finding[]][] => {
    const key = keyOf(finding);
    const group = groups.get(key) ?? [];
    if (group.length < fewest) return [[finding]];
    if (seen.has(key)) return [];
    seen.add(key);
    return [[finding, ...group.filter((other) => other !== finding)]];
  });
}
