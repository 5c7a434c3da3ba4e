// A plant of the test's own in the real executable: its file, the Modbus device that answers it, its first administrator.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { GatewatchClient } from './gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from './gatewatch-process.ts';
import { type OtherModbusServer, startOtherModbusServer } from './other-devices.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface OwnPlant {
  readonly folder: string;
  readonly device: OtherModbusServer;
  /** The one that runs now. */
  readonly gatewatch: GatewatchProcess;
  /** Of `admin`. */
  readonly firstPassword: string;
  /** As the administrator. */
  signIn(): Promise<GatewatchClient>;
  /** Stopped, the plant file written anew, and started over the same data. */
  restart(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnPlant(
  textOf: (device: OtherModbusServer) => string,
  options: {
    readonly folder?: string;
    readonly arguments?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<OwnPlant> {
  const folder = options.folder ?? temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  const start = (text: string) => {
    writeFileSync(plantFile, text);
    return startGatewatch({
      dataDir: path.join(folder, 'data'),
      arguments: ['--plant', plantFile, '--no-simulators', ...(options.arguments ?? [])],
      environment: options.environment ?? {},
    });
  };
  const device = await startOtherModbusServer();
  let gatewatch: GatewatchProcess;
  try {
    gatewatch = await start(textOf(device));
  } catch (error) {
    await device.stop();
    throw error;
  }
  const firstPassword = gatewatch.firstPassword ?? '';
  return {
    folder,
    device,
    get gatewatch() {
      return gatewatch;
    },
    firstPassword,
    signIn: () => GatewatchClient.signIn(gatewatch.address, 'admin', firstPassword),
    async restart(text) {
      await gatewatch.stop();
      gatewatch = await start(text);
    },
    async stop() {
      await gatewatch.stop();
      await device.stop();
    },
  };
}

/** `PT-101` of `GS-01`, without alarms. */
export const inletPressure =
  '{ tag: PT-101, name: { zh: 进站压力, en: Inlet }, unit: MPa, range: { min: 0, max: 10 }, register: { address: 0, type: uint16 }, defaultAlarms: false }';

/**
 * One gate station, `GS-01`, whose Modbus device `PLC-1` listens at `port` and has these points. More devices of it, each in braces as the points are, and more
 * sections, as a plant file has them.
 */
export function northGateText(
  port: number,
  points: readonly string[],
  more: { readonly devices?: readonly string[]; readonly sections?: string } = {},
): string {
  const devices = [
    `{ id: PLC-1, protocol: modbusTcp, host: 127.0.0.1, port: ${port}, points: [\n          ${points.join(',\n          ')} ] }`,
    ...(more.devices ?? []),
  ];
  return `schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test Gas } }
areas: [{ id: north, name: { zh: 北区, en: North } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 城北门站, en: North gate }
    area: north
    devices:
${devices.map((device) => `      - ${device}`).join('\n')}
${more.sections ?? ''}`;
}
