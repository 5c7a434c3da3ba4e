// Obligations in a bundle: the verdict of each for the cover, and every stretch of time in which one was not simply met, with its cause.
import type { BundleVerdict } from '../../../domain/evidence/bundle.ts';
import { type ObligationState, obligationStates } from '../../../domain/obligations/obligation.ts';
import { causeWords, stateWords } from '../../../domain/obligations/obligation-words.ts';
import type { Plant, Station } from '../../../domain/plant/plant.ts';
import { appliesTo, judgeOne } from '../../obligations/judge-period.ts';
import type { ObligationBook } from '../../obligations/obligation-book.ts';
import type { Cell, EvidenceSection } from '../evidence-section.ts';

const columns = ['obligation', 'station', 'state', 'cause', 'subject', 'fromAtMs', 'toAtMs'] as const;

export function obligationsSection(plant: Plant, book: ObligationBook): EvidenceSection {
  return {
    name: 'obligations',
    title: { zh: '各项义务的状态与原因', en: 'States of obligations, with causes' },
    async write(scope, output) {
      const window = book.window(scope.fromMs, scope.toMs);
      const stations = plant.stations.filter(({ id }) => scope.stationIds.includes(id));
      const { records, sourcesOf } = await book.records(window, new Set(scope.stationIds));
      const rows: Cell[][] = [];
      const states: Cell[][] = [];
      for (const obligation of book.pack.obligations) {
        const places: (Station | null)[] = scope.showsCompanyRecords ? [...stations, null] : stations;
        const judged = places.filter((station) => appliesTo(obligation, station));
        const found: ObligationState[] = [];
        for (const station of judged) {
          scope.signal.throwIfAborted();
          const judgement = judgeOne(obligation, station, records, sourcesOf, window);
          found.push(judgement.state);
          states.push([obligation.id, station?.id ?? '', judgement.state]);
          for (const { state, cause, subject, fromMs, toMs } of judgement.findings)
            rows.push([
              obligation.id,
              station?.id ?? '',
              state,
              `${cause} ${causeWords[cause].zh} / ${causeWords[cause].en}`,
              subject,
              fromMs,
              toMs,
            ]);
        }
        if (found.length > 0) output.verdict(verdictOf(obligation, found));
      }
      await output.table('obligations/states.csv', ['obligation', 'station', 'state'], states);
      await output.table('obligations/intervals.csv', columns, rows);
    },
  };
}

const worstFirst: readonly ObligationState[] = ['breached', 'notMeasured', 'atRisk', 'met'];

/** The worst of all places; how many of each. */
function verdictOf(
  obligation: {
    readonly id: string;
    readonly name: { readonly zh: string; readonly en: string };
    readonly clauses: readonly { readonly reference: string }[];
  },
  found: readonly ObligationState[],
): BundleVerdict {
  const counts = obligationStates
    .map((state) => ({ state, count: found.filter((each) => each === state).length }))
    .filter(({ count }) => count > 0);
  const text = (language: 'zh' | 'en') =>
    found.length === 1
      ? ''
      : counts.map(({ state, count }) => `${stateWords[state][language]} ${count}`).join(language === 'zh' ? '，' : ', ');
  return {
    id: obligation.id,
    name: { zh: obligation.name.zh, en: obligation.name.en },
    verdict: worstFirst.find((state) => found.includes(state)) ?? 'notMeasured',
    detail: { zh: text('zh'), en: text('en') },
    reference: obligation.clauses.map(({ reference }) => reference).join('；') || null,
  };
}
