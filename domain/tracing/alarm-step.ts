// What the log says of an alarm's way from a device to the people: at each step one field, `correlationId`, holds the id of the occurrence, which is made where
// the alarm is found and goes with it everywhere. Decides nothing and writes nothing itself.

/** In the order of the way. Named in docs/operations.md. */
export const alarmSteps = ['detected', 'outbox', 'link', 'received', 'committed', 'live', 'notification', 'action'] as const;
export type AlarmStep = (typeof alarmSteps)[number];

export interface StepLog {
  info(fields: object, message: string): void;
}

type Item = Readonly<{ correlationId: string } & Record<string, unknown>>;

/** Up to so many alarms at a time have a line each. */
const mostLines = 20;
/** Of more, so many share a line, each field a column: a flood must not be what the log's own limits cut off (systemd: 10,000 lines in 30 s, 48 kB a line). */
const mostOfLine = 100;

export function logAlarmStep(log: StepLog, step: AlarmStep, message: string, common: object, items: readonly Item[]): void {
  if (items.length <= mostLines) {
    for (const item of items) log.info({ step, ...item, ...common }, message);
    return;
  }
  for (let start = 0; start < items.length; start += mostOfLine) {
    const some = items.slice(start, start + mostOfLine);
    const names = [...new Set(some.flatMap((item) => Object.keys(item)))];
    const columns = Object.fromEntries(names.map((name) => [name, some.map((item) => item[name] ?? null)]));
    log.info({ step, alarms: some.length, ...columns, ...common }, message);
  }
}

/** Whether these fields of a line are a step of an alarm: a terminal leaves them out. */
export function isAlarmStep(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && 'step' in fields && alarmSteps.some((step) => step === fields.step);
}
