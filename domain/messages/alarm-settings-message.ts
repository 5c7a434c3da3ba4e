// What the server tells each collector: the approved alarm settings that detection goes by. By level, whole: it is sent again until the collector's status says that it is in force.
import { z } from 'zod';
import type { AlarmSettingsOverrides } from '../alarm-settings/alarm-settings.ts';

const milliseconds = z.number().min(0).optional();

export const alarmSettingsMessageSchema = z.object({
  schema: z.literal(1),
  /** Number of the version of the alarm settings. */
  version: z.int().min(0),
  /** Hash over all settings of that version; equal digests mean equal settings. */
  digest: z.string(),
  /** What approved changes say on top of the plant file, for the stations of this collector; alarms not named are as the plant file says. */
  settings: z.array(
    z.object({
      alarmId: z.string(),
      setpoint: z.number().optional(),
      deadband: z.number().min(0).optional(),
      afterMs: milliseconds,
      windowMs: milliseconds,
      onDelayMs: milliseconds,
      offDelayMs: milliseconds,
    }),
  ),
});
export type AlarmSettingsMessage = z.output<typeof alarmSettingsMessageSchema>;

export function overridesOf(message: AlarmSettingsMessage | null): AlarmSettingsOverrides {
  return new Map((message?.settings ?? []).map(({ alarmId, ...patch }) => [alarmId, patch]));
}
