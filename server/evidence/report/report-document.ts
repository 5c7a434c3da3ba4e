// The report of a bundle as a document of pages: cover with verdicts and figures, gaps with their causes, points, contents, how to verify. Pure.
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { alarmPriorities } from '../../../domain/alarms/priority.ts';
import type { Manifest, Summary } from '../../../domain/evidence/bundle.ts';
import type { LongGap } from '../../../domain/evidence/summarize.ts';
import type { Language } from '../../../domain/text/localized-text.ts';
import { offsetMsOf } from '../../../domain/time/zoned-time.ts';
import { filled, type ReportWords, reasonText, reportWords } from './report-words.ts';

export interface ReportFacts {
  readonly manifest: Pick<
    Manifest,
    | 'bundleId'
    | 'software'
    | 'madeAtMs'
    | 'madeBy'
    | 'reason'
    | 'company'
    | 'stations'
    | 'isWholeCompany'
    | 'fromMs'
    | 'toMs'
    | 'points'
    | 'keys'
  >;
  readonly summary: Summary;
  readonly summaryHash: string;
  readonly gaps: readonly LongGap[];
  readonly language: Language;
}

const mostGaps = 60;
const mostPoints = 30;
const mostStations = 40;
const grey = '#5b6470';
const line = '#c9ced6';

export function reportDocument(facts: ReportFacts): TDocumentDefinitions {
  const { manifest, summary, language } = facts;
  const words = reportWords[language];
  return {
    pageSize: 'A4',
    pageMargins: [48, 52, 48, 52],
    info: { title: `${words.title} ${manifest.bundleId}`, creator: manifest.software },
    defaultStyle: { font: 'Noto', fontSize: 9.5, lineHeight: 1.25, color: '#1d2430' },
    styles: {
      title: { fontSize: 22, bold: true },
      heading: { fontSize: 13, bold: true, margin: [0, 16, 0, 6] },
      note: { color: grey, margin: [0, 0, 0, 6] },
      head: { bold: true, fontSize: 8.5, color: grey },
    },
    footer: (page, pages) => ({
      columns: [
        { text: manifest.bundleId, color: grey, fontSize: 7.5 },
        { text: filled(words.page, { page, pages }), alignment: 'right', color: grey, fontSize: 7.5 },
      ],
      margin: [48, 18, 48, 0],
    }),
    content: [
      ...cover(facts, words),
      ...(summary.verdicts.length > 0 ? verdicts(facts, words) : []),
      ...stationTable(facts, words),
      ...alarmTable(facts, words),
      ...gapTable(facts, words),
      ...pointTable(facts, words),
      ...contents(facts, words),
      ...howToVerify(facts, words),
    ],
  };
}

function cover({ manifest, language }: ReportFacts, words: ReportWords): Content[] {
  const zone = manifest.company.timeZone;
  const stations = manifest.isWholeCompany
    ? filled(words.allStations, { count: manifest.stations.length })
    : manifest.stations
        .map(({ id, name }) => `${id} ${name[language]}`)
        .slice(0, 12)
        .join('、');
  const row = (name: string, text: string): TableCell[] => [{ text: name, color: grey }, { text }];
  return [
    { text: manifest.company.name[language], color: grey, fontSize: 11 },
    { text: words.title, style: 'title', margin: [0, 2, 0, 10] },
    {
      layout: 'noBorders',
      table: {
        widths: [70, '*'],
        body: [
          row(words.stations, stations),
          row(words.period, `${clockText(manifest.fromMs, zone)} – ${clockText(manifest.toMs, zone)}（${zone}）`),
          row(words.reason, manifest.reason),
          row(
            words.made,
            `${clockText(manifest.madeAtMs, zone)}，${filled(words.madeBy, { name: manifest.madeBy.displayName, software: manifest.software })}`,
          ),
          row(words.bundle, manifest.bundleId),
        ],
      },
    },
  ];
}

function verdicts({ summary, language }: ReportFacts, words: ReportWords): Content[] {
  // Said in words and with a sign: the paper may be printed in black.
  const sign = { met: '○', atRisk: '△', breached: '×', notMeasured: '？' } as const;
  return [
    { text: words.verdicts, style: 'heading' },
    table(
      ['auto', 110, '*', 130],
      [words.verdict, words.obligation, '', words.reference],
      summary.verdicts.map(({ name, verdict, detail, reference }) => [
        { text: `${sign[verdict]} ${words.verdictWords[verdict]}`, bold: verdict !== 'met', noWrap: true },
        name[language],
        detail[language],
        reference ?? words.none,
      ]),
    ),
  ];
}

function stationTable({ summary, manifest, language }: ReportFacts, words: ReportWords): Content[] {
  const names = new Map(manifest.stations.map(({ id, name }) => [id, name[language]]));
  // The worst first: that is what is looked for.
  const sorted = summary.stations.toSorted((one, other) => (one.goodShare ?? 2) - (other.goodShare ?? 2));
  return [
    { text: words.inShort, style: 'heading' },
    table(
      ['*', 'auto', 'auto', 'auto', 'auto', 'auto'],
      [words.station, words.points, words.readings, words.goodShare, words.longGaps, words.longest],
      sorted
        .slice(0, mostStations)
        .map(({ id, points, readings, goodShare, longGaps, longestGapSeconds }) => [
          `${id} ${names.get(id) ?? ''}`,
          right(count(points)),
          right(count(readings)),
          right(percent(goodShare, words)),
          right(count(longGaps)),
          right(longestGapSeconds === 0 ? words.none : duration(longestGapSeconds, words)),
        ]),
    ),
  ];
}

function alarmTable({ summary }: ReportFacts, words: ReportWords): Content[] {
  const { alarms, alarmsUnderTest, incidents, drills } = summary;
  const seconds = (value: number | null) => (value === null ? words.none : duration(value, words));
  const priorities = alarmPriorities.map((priority) => `${words.byPriority[priority]} ${count(alarms.byPriority[priority])}`).join('，');
  return [
    { text: words.alarms, style: 'heading' },
    table(
      ['auto', 'auto', 'auto', 'auto', '*', '*', 'auto'],
      [words.raised, words.acknowledged, words.unacknowledged, words.cleared, words.median, words.slowest, words.incidents],
      [
        [
          right(count(alarms.raised)),
          right(count(alarms.acknowledged)),
          right(count(alarms.unacknowledged)),
          right(count(alarms.cleared)),
          right(seconds(alarms.acknowledgedAfterSecondsMedian)),
          right(seconds(alarms.acknowledgedAfterSecondsMax)),
          right(count(incidents)),
        ],
      ],
    ),
    { text: `${words.priorities}：${priorities}`, margin: [0, 4, 0, 0] },
    { text: filled(words.apart, { alarms: count(alarmsUnderTest.raised), drills: count(drills) }), style: 'note', margin: [0, 2, 0, 0] },
  ];
}

function gapTable({ gaps, manifest, language }: ReportFacts, words: ReportWords): Content[] {
  const zone = manifest.company.timeZone;
  const names = new Map(manifest.points.map(({ id, name }) => [id, name[language]]));
  const longest = gaps.toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs)).slice(0, mostGaps);
  const heading: Content[] = [
    { text: words.gaps, style: 'heading' },
    { text: words.gapsNote, style: 'note' },
  ];
  if (gaps.length === 0) return [...heading, { text: words.noGaps }];
  return [
    ...heading,
    table(
      ['*', 'auto', 'auto', 'auto', 110],
      [words.point, words.from, words.to, words.length, words.cause],
      longest.map(({ pointId, fromMs, toMs, reasons }) => [
        `${pointId} ${names.get(pointId) ?? ''}`,
        { text: clockText(fromMs, zone), noWrap: true },
        { text: clockText(toMs, zone), noWrap: true },
        right(duration((toMs - fromMs) / 1_000, words)),
        reasons.map((reason) => reasonText(reason, language)).join(language === 'zh' ? '、' : ', '),
      ]),
    ),
    ...(gaps.length > longest.length ? [{ text: filled(words.moreGaps, { count: gaps.length - longest.length }), style: 'note' }] : []),
  ];
}

function pointTable({ summary, manifest, language }: ReportFacts, words: ReportWords): Content[] {
  const periodMs = manifest.toMs - manifest.fromMs;
  const names = new Map(manifest.points.map(({ id, name }) => [id, name[language]]));
  const notAllGood = summary.points.filter(({ ms }) => ms.good < periodMs).toSorted((one, other) => one.ms.good - other.ms.good);
  const shown = notAllGood.slice(0, mostPoints);
  const heading: Content = { text: words.pointFigures, style: 'heading' };
  if (shown.length === 0) return [heading, { text: words.allGood }];
  return [
    heading,
    table(
      ['*', 'auto', 'auto'],
      [words.point, words.readings, words.goodShare],
      shown.map(({ id, readings, ms }) => [
        `${id} ${names.get(id) ?? ''}`,
        right(count(readings)),
        right(percent(ms.good / periodMs, words)),
      ]),
    ),
    ...(summary.points.length > shown.length
      ? [{ text: filled(words.morePoints, { count: summary.points.length - shown.length }), style: 'note' }]
      : []),
  ];
}

function contents({ summary, language }: ReportFacts, words: ReportWords): Content[] {
  const { lines, sealed } = summary.journal;
  const sections = Object.values(summary.sections).map(({ title, files }): TableCell[] => [
    title[language],
    right(count(Object.keys(files).length)),
    right(count(Object.values(files).reduce((sum, rows) => sum + rows, 0))),
  ]);
  return [
    { text: words.contents, style: 'heading' },
    table(
      ['*', 'auto', 'auto'],
      [words.part, words.files, words.rows],
      [
        [filled(words.journalPart, { lines: count(lines), sealed: count(sealed) }), right('3'), right(count(lines))],
        [words.readingsPart, right(words.none), right(count(summary.stations.reduce((sum, { readings }) => sum + readings, 0)))],
        ...sections,
      ],
    ),
  ];
}

function howToVerify({ manifest, summaryHash }: ReportFacts, words: ReportWords): Content[] {
  return [
    {
      unbreakable: true,
      stack: [
        { text: words.verify, style: 'heading' },
        { ol: words.verifySteps.map((step) => ({ text: step, margin: [0, 0, 0, 3] as [number, number, number, number] })) },
        {
          layout: 'noBorders',
          margin: [0, 6, 0, 0],
          table: {
            widths: [130, '*'],
            body: [
              [
                { text: words.key, color: grey },
                { text: manifest.keys.at(-1)?.keyId ?? '', bold: true },
              ],
              [
                { text: words.summaryHash, color: grey },
                { text: `${summaryHash.slice(0, 32)} ${summaryHash.slice(32)}`, bold: true },
              ],
            ],
          },
        },
      ],
    },
  ];
}

function table(widths: (string | number)[], head: readonly string[], rows: readonly TableCell[][]): Content {
  return {
    layout: {
      hLineWidth: (index) => (index === 0 ? 0 : 0.5),
      vLineWidth: () => 0,
      hLineColor: () => line,
      paddingLeft: (index) => (index === 0 ? 0 : 6),
      paddingRight: () => 6,
      paddingTop: () => 2.5,
      paddingBottom: () => 2.5,
    },
    table: { headerRows: 1, dontBreakRows: true, widths, body: [head.map((text) => ({ text, style: 'head' })), ...rows] },
  };
}

function right(text: string): TableCell {
  return { text, alignment: 'right', noWrap: true };
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** Never rounded up to what it was not. */
function percent(share: number | null, words: ReportWords): string {
  return share === null ? words.none : `${(Math.floor(share * 100_000) / 1_000).toFixed(3)} %`;
}

function duration(seconds: number, words: ReportWords): string {
  const whole = Math.round(seconds);
  const parts: string[] = [];
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) parts.push(filled(words.days, { count: days }));
  if (hours > 0) parts.push(filled(words.hours, { count: hours }));
  if (minutes > 0 && days === 0) parts.push(filled(words.minutes, { count: minutes }));
  if (whole < 600 && whole % 60 > 0) parts.push(filled(words.seconds, { count: whole % 60 }));
  return parts.length === 0 ? filled(words.seconds, { count: 0 }) : parts.join(' ');
}

function clockText(atMs: number, zone: string): string {
  return new Date(atMs + offsetMsOf(atMs, zone)).toISOString().slice(0, 16).replace('T', ' ');
}
