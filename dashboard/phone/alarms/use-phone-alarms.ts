// The alarms that the phone may show: live ones, else the last ones that it heard of.
import type { AlarmView } from '../../../domain/api/alarm-api.ts';
import { useAlarms } from '../../live/live-context.tsx';
import { type KeptLive, useKeptLive } from '../kept-live.ts';

export function usePhoneAlarms(): KeptLive<AlarmView> {
  return useKeptLive('alarms', useAlarms());
}
