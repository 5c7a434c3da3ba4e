// All device profiles by name.
import type { DeviceProfile } from '../device-profile.ts';

export const deviceProfiles: ReadonlyMap<string, DeviceProfile> = new Map();
