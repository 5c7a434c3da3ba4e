// The first text of an accident report: its six fields filled from what the journal holds of the incident. A person reads, corrects and signs it.
import type { TimelineEntry } from '../api/incident-api.ts';
import type { Language, LocalizedText } from '../text/localized-text.ts';
import type { IncidentEvent, IncidentRecord, ReportFields } from './incident.ts';
import { incidentSentence } from './incident-sentences.ts';
import { incidentKindWords, incidentStateWords, planRoleWords } from './incident-words.ts';

export interface DraftSource {
  readonly record: IncidentRecord;
  readonly timeline: readonly TimelineEntry[];
  readonly company: { readonly name: LocalizedText; readonly timeZone: string };
  readonly stations: readonly { readonly id: string; readonly name: LocalizedText; readonly address: LocalizedText | null }[];
  readonly language: Language;
}

/** The check-list has its own field; photos, positions and the paper itself are no part of the course. */
const reportedKinds: ReadonlySet<IncidentEvent['kind']> = new Set([
  'open',
  'acknowledge',
  'dispatch',
  'onTheWay',
  'arrive',
  'control',
  'restore',
  'relapse',
  'note',
  'assess',
  'cancel',
]);
/** More alarm lines than a reader of a report can use; the time line has them all. */
const alarmLinesMax = 40;

export function draftReport(source: DraftSource): ReportFields {
  const { record, company, stations, language } = source;
  const t = (zh: string, en: string) => (language === 'zh' ? zh : en);
  const text = (words: LocalizedText) => words[language];
  const time = timeFormat(company.timeZone);
  const places = stations.map((station) =>
    [text(station.name), `(${station.id})`, station.address === null ? '' : text(station.address)].join(' ').trim(),
  );
  const drill = record.isDrill ? t('【演练，非真实事故】', '[DRILL, not a real accident] ') : '';
  const { dead, injured, missing, evacuated } = record.casualties;
  return {
    unit: `${drill}${text(company.name)}${t('；', '; ')}${places.join(t('、', ', '))}`,
    timeAndPlace: [
      t(`发现时间：${time(record.detectedAtMs)}`, `Detected: ${time(record.detectedAtMs)}`),
      t(`事件类型：${text(incidentKindWords[record.kind])}`, `Kind: ${text(incidentKindWords[record.kind])}`),
      t(`地点：${places.join('、')}`, `Place: ${places.join(', ')}`),
    ].join('\n'),
    course: courseOf(source, time),
    casualtiesAndLoss: [
      t(
        `死亡 ${dead} 人，受伤 ${injured} 人，失踪 ${missing} 人，疏散 ${evacuated} 人。`,
        `Dead ${dead}, injured ${injured}, missing ${missing}, evacuated ${evacuated}.`,
      ),
      record.directLoss === null
        ? t('直接经济损失：待核定。', 'Direct loss: not determined yet.')
        : t(`直接经济损失：初步估计 ${record.directLoss} 元。`, `Direct loss: estimated at CNY ${record.directLoss}.`),
    ].join('\n'),
    measures: measuresOf(source, time),
    other: t(
      `事件编号 ${record.number}；现状态：${text(incidentStateWords[record.state])}。`,
      `Incident number ${record.number}; present state: ${text(incidentStateWords[record.state])}.`,
    ),
  };
}

function courseOf({ record, timeline, language }: DraftSource, time: (atMs: number) => string): string {
  const linked = new Set(record.alarms.map((alarm) => alarm.alarmId));
  let alarms = 0;
  const lines: string[] = [];
  for (const entry of timeline) {
    if (entry.source === 'incident') {
      const said = sentenceOf(entry.event, record, language);
      if (said !== null) lines.push(`${time(entry.event.atMs)}  ${said}`);
      continue;
    }
    if (!linked.has(entry.alarmId) || (entry.what !== 'raise' && entry.what !== 'clear')) continue;
    alarms += 1;
    if (alarms > alarmLinesMax) continue;
    const what = entry.what === 'raise' ? (language === 'zh' ? '报警' : 'alarm') : language === 'zh' ? '报警消失' : 'alarm cleared';
    lines.push(`${time(entry.atMs)}  ${entry.message[language]} (${entry.alarmId})  ${what}`);
  }
  if (alarms > alarmLinesMax)
    lines.push(
      language === 'zh' ? `（另有 ${alarms - alarmLinesMax} 条报警记录从略）` : `(${alarms - alarmLinesMax} more alarm lines left out)`,
    );
  return lines.join('\n').slice(0, 8_000);
}

function measuresOf({ record, language }: DraftSource, time: (atMs: number) => string): string {
  const lines = record.plan.items.flatMap((item) => {
    const tick = record.ticks[item.id];
    if (tick === undefined || tick.result !== 'done') return [];
    return [
      `${time(tick.atMs)}  ${planRoleWords[item.role][language]}：${item.text[language]}（${tick.by.displayName}${tick.note === null ? '' : `，${tick.note}`}）`,
    ];
  });
  const onSite = record.team.filter((member) => member.state === 'onSite').map((member) => member.displayName);
  if (onSite.length > 0) lines.push(language === 'zh' ? `现场人员：${onSite.join('、')}` : `On site: ${onSite.join(', ')}`);
  return lines.join('\n').slice(0, 8_000);
}

/** What an event says in a report; null for what belongs in the time line only. */
function sentenceOf(event: IncidentEvent, record: IncidentRecord, language: Language): string | null {
  if (!reportedKinds.has(event.kind)) return null;
  const who = event.by?.displayName ?? (language === 'zh' ? '报警系统' : 'The alarm system');
  return `${who} ${incidentSentence(event, record.plan.items)[language]}`;
}

/** `2026-07-03 08:05:09` in the plant's zone, in either language. */
function timeFormat(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return (atMs) => {
    const part = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return `${part.get('year')}-${part.get('month')}-${part.get('day')} ${part.get('hour')}:${part.get('minute')}:${part.get('second')}`;
  };
}
