// Runs the coverage audit, now and again and when asked: what is missing becomes a hazard, what is there again is proposed as settled.
import type { CoverageAudit } from '../../domain/api/hazard-api.ts';
import { auditCoverage, type CoverageGap } from '../../domain/hazards/coverage-audit.ts';
import type { CoveragePack } from '../../domain/hazards/coverage-pack.ts';
import type { HazardFinding } from '../../domain/hazards/hazard.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HazardStore } from './hazard-store.ts';

/** Written down in the language of the company: Chinese. */
const foundBy = '站哨配置核查';

export class CoverageAudits {
  readonly #plant: Plant;
  readonly #pack: CoveragePack;
  readonly #hazards: HazardStore;
  readonly #clock: Clock;
  #latest: CoverageAudit | null = null;

  constructor(options: { readonly plant: Plant; readonly pack: CoveragePack; readonly hazards: HazardStore; readonly clock: Clock }) {
    this.#plant = options.plant;
    this.#pack = options.pack;
    this.#hazards = options.hazards;
    this.#clock = options.clock;
  }

  /** Null until the first has run. */
  latest(): CoverageAudit | null {
    return this.#latest;
  }

  async run(): Promise<CoverageAudit> {
    // Asked anew each time: approved alarm settings come into force while the server runs.
    const gaps = auditCoverage(this.#plant, this.#pack);
    const foundOn = this.#hazards.today();
    const counts = await this.#hazards.audit(
      gaps.map((gap) => ({ finding: this.#findingOf(gap, foundOn), missing: gap.missing.zh })),
      `${this.#pack.id}：已不再缺少`,
    );
    const audit: CoverageAudit = {
      atMs: this.#clock.nowMs(),
      packId: this.#pack.id,
      title: this.#pack.title,
      requirements: this.#pack.requirements.length,
      stations: this.#plant.stations.length,
      ...counts,
      gaps: gaps.map(({ stationId, requirement, subject, missing }) => ({
        stationId,
        requirementId: requirement.id,
        title: requirement.title,
        clause: requirement.clause,
        source: requirement.source,
        grade: requirement.grade,
        subject,
        missing,
      })),
    };
    this.#latest = audit;
    return audit;
  }

  #findingOf({ stationId, requirement, subject, pointId, missing }: CoverageGap, foundOn: string): HazardFinding {
    return {
      stationId,
      pointId,
      place: subject ?? '',
      description: `${requirement.title.zh}：${missing.zh}`,
      source: 'audit',
      foundBy,
      foundOn,
      proposedGrade: requirement.grade,
      link: { kind: 'audit', packId: this.#pack.id, requirementId: requirement.id, subject, clause: requirement.clause },
    };
  }
}
