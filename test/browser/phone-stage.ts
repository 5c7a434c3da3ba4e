// What the phone tests play on: a plant of one station whose values the test sets, the real server behind a network that can be bad, people, a push
// service, and a phone with a memory.
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ActionAnswer, IncidentView } from '../../domain/api/incident-api.ts';
import { BadNetwork } from '../harness/bad-network.ts';
import { openPhone } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startOwnPlant } from '../harness/own-plant.ts';
import { type Phone, PushService } from '../harness/push-service.ts';

export const passwordOf = (username: string): string => `${username}-password-1`;

const plantText = (modbusPort: number, pushOrigin: string) => `schema: 1
company: { id: mine, name: { zh: 我的燃气公司, en: My Gas Company } }
areas: [{ id: city, name: { zh: 市区, en: City } }]
notifications:
  webPush: { services: ['${pushOrigin}'], insecure: true, contact: 'mailto:duty@gas.example' }
responsePlans:
  - id: general
    items:
      - { id: cordon, role: emergencyTeam, text: { zh: 划定警戒区，禁止明火, en: 'Cordon off, no naked flame' }, targetMinutes: 10 }
      - { id: closeInlet, role: emergencyTeam, text: { zh: 关闭进站阀, en: Close the inlet valve }, targetMinutes: 15 }
    contacts:
      - { name: { zh: 消防 119, en: Fire brigade }, role: { zh: 外部救援, en: Outside help }, phone: '119' }
    hydrants:
      - { name: { zh: 东门消火栓, en: East gate hydrant }, position: { latitude: 30.6102, longitude: 104.0405 } }
    valves:
      - { name: { zh: 进站阀 V-101, en: Inlet valve V-101 }, isolates: { zh: 全站, en: the whole station } }
    access: { zh: 南门，钥匙在门卫；院内有高压线, en: 'South gate, key at the porter; power lines in the yard' }
stations:
  - id: RS-01
    type: regulating
    name: { zh: 高新调压站, en: Hi-tech regulating station }
    area: city
    address: { zh: 高新大道 1 号, en: 1 Hi-tech Avenue }
    position: { latitude: 30.611, longitude: 104.04 }
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: ${modbusPort}
        scan: 200ms
        points:
          - tag: PT-101
            name: { zh: 进站压力, en: Inlet pressure }
            unit: kPa
            range: { min: 0, max: 1000 }
            role: inletPressure
            register: { table: holding, address: 0, type: uint16 }
            defaultAlarms: false
            alarms: [{ kind: high, setpoint: 500, deadband: 5, priority: medium, response: { zh: 检查调压器, en: Check the regulator } }]
          - tag: GD-501
            name: { zh: 可燃气体, en: Gas }
            unit: '%LEL'
            range: { min: 0, max: 100 }
            role: gasDetector
            register: { table: holding, address: 1, type: uint16 }
            defaultAlarms: false
            alarms:
              - { kind: high, setpoint: 25, deadband: 5, priority: high, class: safety, response: { zh: 查看, en: Look } }
              - { kind: highHigh, setpoint: 50, deadband: 5, priority: critical, class: safety, response: { zh: 立即到场, en: Go there at once } }
`;

export interface PhoneStage {
  readonly network: BadNetwork;
  readonly duty: GatewatchClient;
  readonly admin: GatewatchClient;
  readonly push: PushService;
  setPressure(kiloPascal: number): void;
  setGas(percent: number): void;
  openIncident(description: string): Promise<IncidentView>;
  incident(id: string): Promise<IncidentView>;
  /** A hook registered while another runs would never be called: whoever opened the stage closes it. */
  stop(): Promise<void>;
}

export async function openStage(): Promise<PhoneStage> {
  const push = await PushService.start();
  const plant = await startOwnPlant((device) => {
    device.holding.writeUInt16BE(300, 0);
    return plantText(device.port, push.origin);
  });
  const network = await BadNetwork.start(plant.gatewatch.address);
  const admin = await plant.signIn();
  for (const [username, displayName, role] of [
    ['team', '赵刚', 'emergencyTeam'],
    ['second', '钱勇', 'emergencyTeam'],
    ['duty', '王敏', 'supervisor'],
  ] as const)
    await admin.addPerson({ username, displayName, role, password: passwordOf(username) });
  const duty = await GatewatchClient.signIn(plant.gatewatch.address, 'duty', passwordOf('duty'));
  return {
    network,
    duty,
    admin,
    push,
    setPressure: (value) => void plant.device.holding.writeUInt16BE(value, 0),
    setGas: (value) => void plant.device.holding.writeUInt16BE(value, 2),
    async openIncident(description) {
      const answer = await duty.ask<ActionAnswer>('POST', '/api/incidents', {
        actionId: crypto.randomUUID(),
        stationId: 'RS-01',
        incidentKind: 'leak',
        description,
      });
      expect(answer.status).toBe(201);
      return answer.body.incident;
    },
    incident: (id) => duty.get<IncidentView>(`/api/incidents/${id}`),
    async stop() {
      await network.stop();
      await plant.stop();
      await push.stop();
    },
  };
}

export interface OpenPhone {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained of, but for a network that is cut and a session that has ended. */
  readonly complaints: string[];
}

/** Opens the phone with this memory. `device` stands in for the browser maker's push service, which no test can reach. */
export async function takeOutPhone(profile: string, device: Phone | null = null): Promise<OpenPhone> {
  const context = await openPhone(profile);
  if (context === null) throw new Error('no browser');
  if (device !== null) await context.addInitScript(playPushManager, device.subscription);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401 \(Unauthorized\)|409 \(Conflict\)|net::ERR_|WebSocket connection/.test(message.text()))
      complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** In the page: notifications allowed, and a push manager whose subscription is the test's own phone, remembered as the browser would. */
function playPushManager(subscription: {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}): void {
  if (!('PushManager' in globalThis)) return;
  // A browser without a screen says no whatever it is granted.
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  Notification.requestPermission = async () => 'granted';
  const storageKey = 'test.push';
  const current = (): unknown => {
    const key = localStorage.getItem(storageKey);
    if (key === null) return null;
    return {
      endpoint: subscription.endpoint,
      options: { applicationServerKey: Uint8Array.from(atob(key), (character) => character.charCodeAt(0)).buffer },
      toJSON: () => subscription,
      unsubscribe: async () => {
        localStorage.removeItem(storageKey);
        return true;
      },
    };
  };
  PushManager.prototype.getSubscription = async () => current() as PushSubscription | null;
  PushManager.prototype.subscribe = async (options) => {
    localStorage.setItem(storageKey, btoa(String.fromCharCode(...new Uint8Array(options?.applicationServerKey as ArrayBuffer))));
    return current() as PushSubscription;
  };
}

export async function signInOnPhone(page: Page, address: string, username: string, password = passwordOf(username)): Promise<void> {
  await page.goto(`${address}/phone/`);
  await fillInSignIn(page, username, password);
  await page.getByTestId('connection').waitFor();
}

export async function fillInSignIn(page: Page, username: string, password = passwordOf(username)): Promise<void> {
  await page.getByTestId('sign-in-username').fill(username);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
}

/** As a glove does: once, and, when the button asks, once more. */
export async function pressTwice(page: Page, testId: string): Promise<void> {
  const button = page.getByTestId(testId);
  await button.tap();
  await expect.poll(() => button.getAttribute('data-asking'), { timeout: 20_000 }).toBe('ready');
  await button.tap();
}

export async function untilLive(page: Page): Promise<void> {
  await expect.poll(() => page.getByTestId('connection').getAttribute('data-state'), { timeout: 30_000 }).toBe('live');
}
