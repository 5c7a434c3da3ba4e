// A plant over a real NATS whose alarms come and go at random, for servers on PostgreSQL; and what must hold of its journal when the faults are over.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { addDutyPerson, signInDutyPerson } from '../harness/duty-person.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startCollectorProcess, startOneOfServers } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices, type TogglingDevices } from '../harness/toggling-devices.ts';
import { expectActive } from '../harness/toggling-plant.ts';
import { expectAllThere, expectChainIntact, type Witness } from '../harness/witness.ts';
import { startNatsServer } from './nats-server.ts';

/** Another form than one NATS and one collector without history. */
export interface PlantForm {
  readonly natsUrl: string;
  /** Of collectors and servers. */
  readonly arguments: readonly string[];
  /** How long a point stays as it is at least. */
  readonly restMs?: number;
  /** Starts whoever reads the devices; ends with the test. */
  startCollectors(halves: readonly string[]): Promise<void>;
}

export interface AlarmingPlant {
  /** One of the servers, whose journal is at `journalUrl`. They share a data folder. `program`: the folder of another version. */
  startServer(port: number, program?: string): ReturnType<typeof startOneOfServers>;
  /** The other half; then alarms begin to come and go. `address` takes requests, `firstPassword` is the administrator's. */
  begin(address: string, firstPassword: string | null): Promise<void>;
  signIn(address: string): Promise<GatewatchClient>;
  readonly devices: TogglingDevices;
  /** Nothing changes any more. */
  rest(): void;
  /** What is active is what the devices say. */
  expectActive(client: GatewatchClient): Promise<void>;
  /** All that was witnessed is there, once and in turn, and the chain holds. */
  expectJournal(client: GatewatchClient, witness: Witness): Promise<void>;
}

/** Ends with the test. `form`: the program of NATS for the small one. */
export async function startAlarmingPlant(form: string | PlantForm, journalUrl: string, random: () => number): Promise<AlarmingPlant> {
  const folder = temporaryFolder();
  for (const name of ['nats', 'collector', 'server']) mkdirSync(path.join(folder, name));
  const { natsUrl, arguments: more, restMs = 600, startCollectors } = typeof form === 'string' ? await smallForm(form, folder) : form;
  const devices: TogglingDevices = await startTogglingDevices({ devices: 2, pointsEach: 20, scanMs: 250, random });
  onTestFinished(() => devices.stop());
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, devices.plantText);
  const halves = ['--plant', plantFile, '--link', natsUrl, ...more];
  let toggling: NodeJS.Timeout | undefined;
  return {
    startServer: (port, program) =>
      startOneOfServers({
        port,
        program,
        dataDir: path.join(folder, 'server'),
        arguments: [...halves, '--journal', journalUrl, '--advertise', `http://127.0.0.1:${port}`],
      }),
    async begin(address, firstPassword) {
      await startCollectors(halves);
      await addDutyPerson(address, firstPassword);
      toggling = setInterval(() => devices.toggle(Date.now(), restMs), 20);
      onTestFinished(() => clearInterval(toggling));
    },
    async signIn(address) {
      const clients: GatewatchClient[] = [];
      const isIn = async () => {
        const client = await signInDutyPerson(address).catch(() => null);
        if (client !== null) clients.push(client);
        return client !== null;
      };
      await expect.poll(isIn, { timeout: 40_000, interval: 200 }).toBe(true);
      return clients[0] as GatewatchClient;
    },
    devices,
    rest: () => clearInterval(toggling),
    expectActive: (client) => expectActive(client, devices),
    async expectJournal(client, witness) {
      const lines = await client.journal();
      expect(witness.raised.size).toBeGreaterThan(50);
      expect(witness.acknowledged.size).toBeGreaterThan(20);
      expectAllThere(witness, lines);
      await expectChainIntact(folder, journalUrl);
    },
  };
}

/** A raise that came about after now is known. */
export async function untilNews(client: GatewatchClient): Promise<void> {
  const sinceMs = Date.now();
  await expect
    .poll(async () => (await client.alarms('?state=active')).some((alarm) => (alarm.raisedAtMs ?? 0) > sinceMs), {
      timeout: 60_000,
      interval: 100,
    })
    .toBe(true);
}

async function smallForm(natsProgram: string, folder: string): Promise<PlantForm> {
  const nats = await startNatsServer(natsProgram, path.join(folder, 'nats'));
  onTestFinished(() => nats.stop());
  return {
    natsUrl: nats.url,
    arguments: [],
    async startCollectors(halves) {
      const collector = await startCollectorProcess({ dataDir: path.join(folder, 'collector'), arguments: halves });
      onTestFinished(() => collector.stop().then(() => undefined));
    },
  };
}
