// What obligations put into an evidence bundle: a verdict for each on the cover, every finding of the period with its cause, and the rules they were judged by.

import { worstOf } from '../../domain/obligations/evaluate.ts';
import { causeWords, stateWords } from '../../domain/obligations/obligation-words.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import type { EvidenceSection } from '../evidence/evidence-section.ts';
import { appliesTo, judgeOne } from './judge-period.ts';
import type { ObligationBook } from './obligation-book.ts';

const columns = ['stationId', 'obligation', 'state', 'cause', 'causeZh', 'subject', 'fromAtMs', 'toAtMs', 'detail'] as const;

export function obligationEvidence(plant: Plant, book: ObligationBook): EvidenceSection {
  return {
    name: 'obligations',
    title: { zh: '义务', en: 'Obligations' },
    async write(scope, output) {
      const window = book.window(scope.fromMs, scope.toMs);
      const { records, sourcesOf } = await book.records(window, new Set(scope.stationIds));
      const stations = plant.stations.filter((station) => scope.stationIds.includes(station.id));
      const rows: (string | number | null)[][] = [];
      for (const obligation of book.pack.obligations) {
        // Duty and people are the company's, and the station's with it: an inspector asks for both.
        const places: (Station | null)[] =
          obligation.scope === 'company' ? [null] : stations.filter((station) => appliesTo(obligation, station));
        if (places.length === 0) continue;
        const judged = places.map((place) => ({ place, judgement: judgeOne(obligation, place, records, sourcesOf, window) }));
        scope.signal.throwIfAborted();
        const state = worstOf(judged.map(({ judgement }) => judgement.state));
        const breaches = judged.reduce((sum, { judgement }) => sum + judgement.figures.breaches, 0);
        const isIn = (wanted: typeof state) => judged.filter(({ judgement }) => judgement.state === wanted).length;
        output.verdict({
          id: obligation.id,
          name: obligation.name,
          verdict: state,
          detail: {
            zh: `${breaches} 次违反；${places.length} 处中 ${isIn('met')} 处符合，${isIn('notMeasured')} 处未测`,
            en: `${breaches} breaches; of ${places.length} places ${isIn('met')} met, ${isIn('notMeasured')} not measured`,
          },
          reference: obligation.clauses.map(({ reference }) => reference).join('；'),
        });
        for (const { place, judgement } of judged)
          for (const finding of judgement.findings)
            rows.push([
              place?.id ?? '',
              obligation.id,
              stateWords[finding.state].en,
              finding.cause,
              causeWords[finding.cause].zh,
              finding.subject,
              finding.fromMs,
              finding.toMs,
              JSON.stringify(finding.detail),
            ]);
      }
      await output.table('obligations/findings.csv', columns, rows);
      await output.document('obligations/rule-pack.json', JSON.stringify(book.pack, null, 2));
    },
  };
}
