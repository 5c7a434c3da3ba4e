// The thread that counts the readings of a bundle, writes summary and report, and packs everything: the server's own thread goes on announcing alarms.
// The private key stays with the server: the manifest is sent there to be signed.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { reportName, type Summary, summaryName } from '../../domain/evidence/bundle.ts';
import { longGapsOf, pointFigures, stationFigures } from '../../domain/evidence/summarize.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import { countReadings } from './count-readings.ts';
import { packBundle } from './pack-bundle.ts';
import type { FromPacker, PackOrder, ToPacker } from './pack-order.ts';
import { writeReport } from './report/write-report.ts';

const order = workerData as PackOrder;
const port = parentPort;
if (port === null) throw new Error('runs as a thread');
const tell = (message: FromPacker) => port.postMessage(message);

const countingShare = 0.6;
const { manifest, figures } = order;
const counted = await countReadings(order, (share) => tell({ kind: 'progress', share: share * countingShare }));
const summary: Summary = {
  schema: 1,
  ...figures,
  stations: stationFigures(
    manifest.stations.map(({ id }) => id),
    counted.results,
    manifest.toMs - manifest.fromMs,
  ),
  points: pointFigures(counted.results),
};
const summaryText = canonicalJson(summary);
const report = await writeReport({
  manifest,
  summary,
  summaryHash: createHash('sha256').update(summaryText).digest('hex'),
  gaps: counted.results.flatMap(longGapsOf),
  language: order.language,
});
const packed = await packBundle({
  folder: order.folder,
  outFile: order.outFile,
  manifest: { ...manifest, readingsCsv: counted.readingsCsv },
  names: [...order.names, ...counted.names],
  texts: new Map<string, string | Uint8Array>([
    [reportName, report],
    [summaryName, summaryText],
  ]),
  sign: async (manifestText) => {
    const answer = once(port, 'message');
    tell({ kind: 'sign', manifestText });
    return ((await answer)[0] as ToPacker).signature;
  },
  onProgress: (share) => tell({ kind: 'progress', share: countingShare + share * (1 - countingShare) }),
});
tell({ kind: 'packed', ...packed, summary });
