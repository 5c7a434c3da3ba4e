// Journal lines about duty in words: roster, watch, checks, notices, and the people whom an escalation named.
import { z } from 'zod';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useDutyNames } from './use-duty.ts';

const placeSchema = z.object({ date: z.string(), shiftId: z.string(), username: z.string(), positionId: z.string() });
const filledSchema = z.object({ added: z.int(), removed: z.int(), kept: z.int() });
const escalationSchema = z.object({
  step: z.int(),
  of: z.int(),
  told: z.array(z.object({ displayName: z.string(), channels: z.array(z.enum(notificationChannels)) })),
  foundNobody: z.boolean(),
});
const contactFields = ['mobile', 'email', 'language', 'channels', 'quietHours'] as const;

/** Null where the line is not about duty, or is of a form that this page does not know. */
export function useDutyJournal(): (entry: JournalEntry) => string | null {
  const { t } = useWords();
  const names = useDutyNames();
  const durationText = useDurationText();

  function text(entry: JournalEntry, name: string): string {
    const value = entry.detail[name];
    return typeof value === 'string' ? value : '';
  }

  function consoles(entry: JournalEntry): string {
    return text(entry, 'consoleId').split(', ').map(names.console).join('、');
  }

  function escalation(entry: JournalEntry): string | null {
    const parsed = escalationSchema.safeParse(entry.detail.escalation);
    if (!parsed.success) return null;
    const { step, of, told, foundNobody } = parsed.data;
    const people = told.map(
      (person) => `${person.displayName} (${person.channels.map((channel) => t(`notifications.channel.${channel}`)).join(' › ')})`,
    );
    const result = foundNobody ? t('duty.escalation.wouldFindNobody') : `${t('duty.escalation.told')} ${people.join('、')}`;
    return `${t('duty.escalation.step', { step, of })} · ${result}`;
  }

  function roster(entry: JournalEntry): string | null {
    const place = placeSchema.safeParse(entry.detail);
    if (place.success) {
      const { date, shiftId, positionId, username } = place.data;
      return `${date} ${names.shift(shiftId)} · ${names.position(positionId)} ${names.person(username)}`;
    }
    const filled = filledSchema.safeParse(entry.detail);
    if (!filled.success) return null;
    const range =
      entry.kind === 'roster.copyWeek'
        ? `${text(entry, 'fromWeek')} → ${text(entry, 'toWeek')}`
        : t('duty.roster.week', { from: text(entry, 'fromDate'), to: text(entry, 'toDate') });
    return `${range} · ${t('duty.roster.filled', filled.data)}`;
  }

  function watch(entry: JournalEntry): string | null {
    switch (entry.kind) {
      case 'watch.take':
        return consoles(entry);
      case 'watch.takenOver':
        return [consoles(entry), names.person(text(entry, 'fromUsername')), text(entry, 'reason')].join(' · ');
      case 'watch.end':
        return [consoles(entry), text(entry, 'reason')].join(' · ');
      case 'watch.handover':
        return `${consoles(entry)} · ${names.person(text(entry, 'fromUsername'))} → ${names.person(text(entry, 'toUsername'))} · SHA-256 ${text(entry, 'sha256').slice(0, 12)}…`;
      case 'watch.log':
      case 'watch.logClosed':
        return text(entry, 'comment');
      case 'watch.check':
      case 'watch.checkVoid':
      case 'watch.checkMissed':
        return [consoles(entry), names.person(text(entry, 'username'))].join(' · ');
      case 'watch.checkAnswered': {
        const { afterMs } = entry.detail;
        const after = typeof afterMs === 'number' ? [t('duty.checks.answeredAfter', { duration: durationText(afterMs) })] : [];
        return [consoles(entry), ...after].join(' · ');
      }
      default:
        return null;
    }
  }

  function notice(entry: JournalEntry): string | null {
    const station = names.station(text(entry, 'stationId'));
    const who = text(entry, 'displayName') || names.person(text(entry, 'username'));
    switch (text(entry, 'notice')) {
      case 'nobodyToTell':
        return entry.kind === 'duty.notice' ? t('duty.notice.nobodyToTell', { station }) : t('duty.escalation.wouldFindNobody');
      case 'checkMissed':
        return entry.kind === 'duty.notice' ? t('duty.notice.checkMissed', { who, console: consoles(entry) }) : t('duty.check.missed');
      case 'withoutHandover':
        return entry.kind === 'duty.notice'
          ? t('duty.notice.withoutHandover', { who, console: consoles(entry), reason: text(entry, 'reason') })
          : t('duty.takeFrom');
      default:
        return null;
    }
  }

  function contact(entry: JournalEntry): string {
    const changed = text(entry, 'changed')
      .split(', ')
      .map((name) => contactFields.find((known) => known === name))
      .flatMap((name) => (name === undefined ? [] : [t(`duty.people.${name}`)]));
    return `${names.person(text(entry, 'username'))} · ${changed.join('、')}`;
  }

  return (entry) => {
    if (entry.kind === 'alarm.escalate') return escalation(entry);
    if (entry.kind === 'person.contact') return contact(entry);
    if (entry.kind.startsWith('roster.')) return roster(entry);
    if (entry.kind.startsWith('watch.')) return watch(entry);
    if (entry.kind.startsWith('duty.')) return notice(entry);
    return null;
  };
}
