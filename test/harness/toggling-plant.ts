// A plant whose alarms come and go at random, for the real executable under load: its devices, its file, its first start with a person on duty, and what must
// be active in the end.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { addDutyPerson, signInDutyPerson } from './duty-person.ts';
import type { GatewatchClient } from './gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from './gatewatch-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startTogglingDevices, type TogglingDevices } from './toggling-devices.ts';

export interface TogglingPlant {
  /** Its file lies here, and `data` where a start names no other data folder. */
  readonly folder: string;
  readonly devices: TogglingDevices;
  /** How the executable is started with it. */
  startOptions(more?: StartMore): { readonly dataDir: string; readonly arguments: readonly string[] };
  start(more?: StartMore): Promise<GatewatchProcess>;
  /** The first start over its data, killed with the test, and the operator who has the watch. */
  startOnDuty(more?: StartMore): Promise<{ readonly gatewatch: GatewatchProcess; readonly client: GatewatchClient }>;
  /** From now on points go up and down; each stays for `restMs` at least. */
  toggle(pace: { readonly everyMs: number; readonly atOnce?: number; readonly restMs: number }): void;
  /** Nothing changes any more. */
  rest(): void;
}

interface StartMore {
  readonly dataDir?: string;
  readonly arguments?: readonly string[];
}

/** Ends with the test. `plantTextOf`: where the file has more in it than the devices. */
export async function startTogglingPlant(
  options: Parameters<typeof startTogglingDevices>[0] & {
    readonly folder?: string;
    readonly plantTextOf?: (devices: TogglingDevices) => string;
  },
): Promise<TogglingPlant> {
  const { folder = temporaryFolder(), plantTextOf = ({ plantText }: TogglingDevices) => plantText } = options;
  const devices = await startTogglingDevices(options);
  onTestFinished(() => devices.stop());
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, plantTextOf(devices));
  let toggling: NodeJS.Timeout | undefined;
  onTestFinished(() => clearInterval(toggling));
  const startOptions: TogglingPlant['startOptions'] = ({ dataDir = path.join(folder, 'data'), arguments: more = [] } = {}) => ({
    dataDir,
    arguments: ['--plant', plantFile, '--no-simulators', ...more],
  });
  return {
    folder,
    devices,
    startOptions,
    start: (more) => startGatewatch(startOptions(more)),
    async startOnDuty(more) {
      const gatewatch = await startGatewatch(startOptions(more));
      onTestFinished(() => gatewatch.kill());
      await addDutyPerson(gatewatch.address, gatewatch.firstPassword);
      return { gatewatch, client: await signInDutyPerson(gatewatch.address) };
    },
    toggle({ everyMs, atOnce = 1, restMs }) {
      toggling = setInterval(() => {
        for (let count = 0; count < atOnce; count += 1) devices.toggle(Date.now(), restMs);
      }, everyMs);
    },
    rest: () => clearInterval(toggling),
  };
}

/** In the end, when nothing changes any more: what is active is what the devices say. `besides`: alarms that are no device's. */
export async function expectActive(
  client: GatewatchClient,
  devices: Pick<TogglingDevices, 'trueAlarms'>,
  options: { readonly timeoutMs?: number; readonly besides?: RegExp } = {},
): Promise<void> {
  const active = async () => {
    const ids = (await client.alarms('?state=active')).map(({ alarmId }) => alarmId);
    return new Set(ids.filter((id) => options.besides?.test(id) !== true));
  };
  await expect.poll(active, { timeout: options.timeoutMs ?? 20_000, interval: 200 }).toEqual(devices.trueAlarms());
}
