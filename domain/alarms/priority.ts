// Priority and class of an alarm. Words follow ANSI/ISA-18.2; the numbers are what the screens show beside colour and shape.

export const alarmPriorities = ['critical', 'high', 'medium', 'low'] as const;
export type AlarmPriority = (typeof alarmPriorities)[number];

/** 1 is the most urgent. */
export const priorityNumber: Readonly<Record<AlarmPriority, number>> = { critical: 1, high: 2, medium: 3, low: 4 };

/**
 * Alarm class (ISA-18.2 clause 3.1 "alarm class": alarms with common management requirements).
 * `safety` (gas detection, ESD) cannot be shelved; `diagnostic` is about the instrument or the monitor itself.
 */
export const alarmClasses = ['safety', 'process', 'equipment', 'security', 'diagnostic'] as const;
export type AlarmClass = (typeof alarmClasses)[number];
