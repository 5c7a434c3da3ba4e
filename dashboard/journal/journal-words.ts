// A journal entry in words. A kind or a detail that this page does not know yet is shown as it is: nothing is left out.
import { type AlarmState, alarmStates } from '../../domain/alarms/alarm-state.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { hazardEventSchema } from '../../domain/hazards/hazard.ts';
import { hazardSentence } from '../../domain/hazards/hazard-words.ts';
import { incidentEventSchema } from '../../domain/incidents/incident.ts';
import { incidentSentence } from '../../domain/incidents/incident-sentences.ts';
import { drillWord } from '../../domain/incidents/incident-words.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { useSettingsJournal } from '../alarm-settings/settings-journal.ts';
import { useDutyJournal } from '../duty/duty-journal.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { useNotificationJournal } from '../notifications/notification-journal.ts';
import { useObligationJournal } from '../obligations/obligation-journal.ts';
import { usePatrolJournal } from '../patrols/patrol-journal.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { usePointById } from '../values/all-points.ts';
import { formatNumber, formatValue } from '../values/format-value.ts';
import { useVideoJournal } from '../video/video-journal.ts';

type KnownKind = keyof typeof zh.journal.kind;
const isKnownRefusal = (reason: unknown): reason is keyof typeof zh.journal.refusal =>
  typeof reason === 'string' && Object.hasOwn(zh.journal.refusal, reason);
type KnownField = keyof typeof zh.journal.detailField;

function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(zh.journal.kind, kind);
}

function isKnownField(name: string): name is KnownField {
  return Object.hasOwn(zh.journal.detailField, name);
}

function isAlarmState(value: unknown): value is AlarmState {
  return alarmStates.some((state) => state === value);
}

type Detail = Readonly<Record<string, unknown>>;

/** What people wrote comes first. */
const spokenFields = ['comment', 'reason', 'compensatingMeasure'] as const;
/** In other columns, or of no use to a reader; the title of the cell has them all. */
const quietFields: ReadonlySet<string> = new Set([
  ...spokenFields,
  'event',
  'from',
  'to',
  'priority',
  'quality',
  'sequence',
  'version',
  'value',
  'kind',
  'atMs',
  'by',
  'occurrenceId',
  'untilMs',
  'byAlarmId',
  'cause',
  'id',
  'isLatching',
  'isTest',
  'startedAtMs',
  'afterMs',
  'afterTest',
  'actionId',
  'madeAtMs',
  'linkId',
  'sha256',
  'expiresAtMs',
]);

/** Of a line about alarm settings: under which numbers it is filed. */
function withoutFiling({
  draftId: _draft,
  digest: _digest,
  source: _source,
  settingsVersion: _version,
  plantVersion: _plant,
  ...rest
}: Detail): Detail {
  return rest;
}

export interface JournalWords {
  kind(entry: JournalEntry): string;
  actor(entry: JournalEntry): string;
  detail(entry: JournalEntry): string;
}

export function useJournalWords(): JournalWords {
  const { t, language } = useWords();
  const notificationDetail = useNotificationJournal();
  const zone = useZone();
  const pointById = usePointById();
  const settingsDetail = useSettingsJournal();
  const dutyDetail = useDutyJournal();
  const obligationDetail = useObligationJournal();
  const videoDetail = useVideoJournal();
  const patrolDetail = usePatrolJournal();

  const field = (name: string, value: unknown): string =>
    isKnownField(name) ? t(`journal.detailField.${name}`, { value: String(value) }) : `${name} ${String(value)}`;

  function valueText(entry: JournalEntry, value: number): string {
    // GS-01.PT-101.highHigh belongs to the point GS-01.PT-101; a vote or an expression to none.
    const point: PointView | undefined = pointById.get((entry.alarmId ?? '').split('.').slice(0, -1).join('.'));
    const shown = point === undefined ? formatNumber(value, 2) : `${formatValue(point, value, language)} ${point.unit}`.trim();
    return field('value', shown);
  }

  function alarmDetail(entry: JournalEntry): string[] {
    const { detail } = entry;
    const event = (typeof detail.event === 'object' && detail.event !== null ? detail.event : {}) as Detail;
    const both: Detail = { ...event, ...detail };
    const parts = spokenFields.flatMap((name) => (typeof both[name] === 'string' ? [both[name]] : []));
    if (both.isTest === true) parts.unshift(t('common.testMark'));
    if (typeof detail.value === 'number' && entry.kind === 'alarm.raise') parts.push(valueText(entry, detail.value));
    if (typeof both.untilMs === 'number') parts.push(field('until', formatDateTime(both.untilMs, zone)));
    if (typeof both.madeAtMs === 'number') parts.push(field('madeAt', formatDateTime(both.madeAtMs, zone)));
    if (isAlarmState(detail.from) && isAlarmState(detail.to) && detail.from !== detail.to)
      parts.push(`${t(`alarmState.${detail.from}`)} → ${t(`alarmState.${detail.to}`)}`);
    const cause = causeOf(both);
    if (cause !== null) parts.push(cause);
    return [...parts, ...restOf(both)];
  }

  /** Null where the line is not about an incident, or is of a kind that this page does not know. */
  function incidentDetail({ kind, detail }: JournalEntry): string | null {
    const event = kind.startsWith('incident.') ? incidentEventSchema.safeParse(detail.event) : null;
    if (event?.success !== true) return null;
    const drill = detail.isDrill === true ? [drillWord[language]] : [];
    return [String(detail.number), ...drill, incidentSentence(event.data)[language]].join(' · ');
  }

  /** Null where the line is not about a hazard, or is of a kind that this page does not know. */
  function hazardDetail({ kind, detail }: JournalEntry): string | null {
    const event = kind.startsWith('hazard.') ? hazardEventSchema.safeParse(detail.event) : null;
    return event?.success === true ? [String(detail.number), hazardSentence(event.data)[language]].join(' · ') : null;
  }

  /** Of a suppression: lines of 0.1.0 name the alarm only. */
  function causeOf({ byAlarmId, cause }: Detail): string | null {
    if (typeof byAlarmId === 'string') return field('causeAlarm', byAlarmId);
    if (cause === 'maintenance') return t('journal.detailField.causeMaintenance');
    if (typeof cause !== 'object' || cause === null) return null;
    const { alarmId } = cause as Detail;
    return typeof alarmId === 'string' ? field('causeAlarm', alarmId) : t('journal.detailField.causeMaintenance');
  }

  /** Maintenance and tests. */
  function workDetail({ detail }: JournalEntry): string[] {
    const parts = spokenFields.flatMap((name) => (typeof detail[name] === 'string' ? [detail[name]] : []));
    if (typeof detail.untilMs === 'number') parts.push(field('until', formatDateTime(detail.untilMs, zone)));
    return [...parts, ...restOf(detail)];
  }

  function restOf(detail: Detail): string[] {
    return Object.entries(detail)
      .filter(
        ([name, value]) => !quietFields.has(name) && value !== null && value !== undefined && value !== false && typeof value !== 'object',
      )
      .map(([name, value]) =>
        name === 'because' && typeof value === 'string' && Object.hasOwn(zh.journal.because, value)
          ? t(`journal.because.${value as keyof typeof zh.journal.because}`)
          : name === 'verdict' && typeof value === 'string' && Object.hasOwn(zh.journal.certificateVerdict, value)
            ? field('verdict', t(`journal.certificateVerdict.${value as keyof typeof zh.journal.certificateVerdict}`))
            : name === 'via' && value === 'link'
              ? t('notifications.viaLink')
              : (name === 'via' || name === 'method') && typeof value === 'string' && Object.hasOwn(zh.account.method, value)
                ? t(`account.method.${value as keyof typeof zh.account.method}`)
                : name === 'role' && typeof value === 'string' && Object.hasOwn(zh.role, value)
                  ? t(`role.${value as keyof typeof zh.role}`)
                  : field(name, value),
      );
  }

  return {
    kind: (entry) => (isKnownKind(entry.kind) ? t(`journal.kind.${entry.kind}`) : entry.kind),
    actor({ actor }) {
      if (actor.kind === 'person') return actor.displayName;
      const [part = '', ...rest] = actor.part.split(' ');
      return part === 'server' ||
        part === 'integration' ||
        part === 'directory' ||
        part === 'collector' ||
        part === 'northbound' ||
        part === 'notifier' ||
        part === 'obligations' ||
        part === 'patrols' ||
        part === 'cameras' ||
        part === 'video'
        ? [t(`journal.part.${part}`), ...rest].join(' ')
        : actor.part;
    },
    detail(entry) {
      const duty = dutyDetail(entry);
      if (duty !== null) return duty;
      const obligation = obligationDetail(entry);
      if (obligation !== null) return obligation;
      const video = videoDetail(entry);
      if (video !== null) return video;
      if (entry.kind.startsWith('alarm.')) return alarmDetail(entry).join(' · ');
      const incident = incidentDetail(entry);
      if (incident !== null) return incident;
      const hazard = hazardDetail(entry);
      if (hazard !== null) return hazard;
      const patrol = patrolDetail(entry);
      if (patrol !== null) return patrol;
      if (entry.kind.startsWith('maintenance.') || entry.kind.startsWith('test.')) return workDetail(entry).join(' · ');
      if (entry.kind.startsWith('notification.')) return notificationDetail(entry);
      if (entry.kind.startsWith('alarmSettings.')) return [...settingsDetail(entry), ...restOf(withoutFiling(entry.detail))].join(' · ');
      const { from, version, reason, ...rest } = entry.detail;
      const known = [
        ...(isKnownRefusal(reason) ? [t(`journal.refusal.${reason}`)] : []),
        ...(typeof from === 'string' ? [field('from', from)] : []),
        ...(typeof version === 'string' ? [field('version', version)] : []),
      ];
      return [...restOf(rest), ...known].join(' · ');
    },
  };
}
