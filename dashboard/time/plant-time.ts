// Times as people read them: always in the plant's time zone and on a 24-hour clock, never in the zone of the browser.

const quarterMs = 900_000;
/** Offsets change on quarter hours everywhere, so one look-up per zone and quarter hour is enough. Bounded: cleared when full. */
const offsetsMaximum = 20_000;
const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Milliseconds that the zone is ahead of UTC at this moment. */
export function zoneOffsetMs(timeMs: number, zone: string): number {
  const quarter = Math.floor(timeMs / quarterMs);
  const key = `${zone}:${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts: Record<string, number> = {};
  for (const part of formatFor(zone).formatToParts(quarter * quarterMs)) parts[part.type] = Number(part.value);
  const local = Date.UTC(parts.year ?? 1970, (parts.month ?? 1) - 1, parts.day ?? 1, parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0);
  const offset = local - quarter * quarterMs;
  if (offsets.size >= offsetsMaximum) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

const two = (value: number): string => String(value).padStart(2, '0');

export interface PlantTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 Sunday … 6 Saturday. */
  readonly weekday: number;
}

export function plantTimeOf(timeMs: number, zone: string): PlantTime {
  const local = new Date(timeMs + zoneOffsetMs(timeMs, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    weekday: local.getUTCDay(),
  };
}

/** `08:05:09` */
export function formatClock(timeMs: number, zone: string): string {
  const time = plantTimeOf(timeMs, zone);
  return `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}

/** `08:05` */
export function formatMinute(timeMs: number, zone: string): string {
  return formatClock(timeMs, zone).slice(0, 5);
}

/** `2026-07-03` */
export function formatDate(timeMs: number, zone: string): string {
  const time = plantTimeOf(timeMs, zone);
  return `${time.year}-${two(time.month)}-${two(time.day)}`;
}

/** `07-03` */
export function formatDay(timeMs: number, zone: string): string {
  return formatDate(timeMs, zone).slice(5);
}

/** `2026-07-03 08:05:09` */
export function formatDateTime(timeMs: number, zone: string): string {
  return `${formatDate(timeMs, zone)} ${formatClock(timeMs, zone)}`;
}

/** The clock alone for today, with month and day for any other day. */
export function formatRecent(timeMs: number, nowMs: number, zone: string): string {
  const clock = formatClock(timeMs, zone);
  return formatDate(timeMs, zone) === formatDate(nowMs, zone) ? clock : `${formatDay(timeMs, zone)} ${clock}`;
}

/**
 * Epoch ms of a text such as `2026-07-03 08:05:09` (seconds may be left out) in the plant's zone, or null where it is not a time. In the hour that a
 * zone repeats, the first. Not the browser's own date field: that one shows its own language, often with a 12-hour clock.
 */
export function parseDateTime(text: string, zone: string): number | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const local = Date.UTC(year ?? 1970, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, Number.isNaN(second) ? 0 : (second ?? 0));
  const guess = local - zoneOffsetMs(local - 86_400_000, zone);
  return local - zoneOffsetMs(guess, zone);
}
