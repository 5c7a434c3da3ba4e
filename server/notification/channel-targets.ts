// Where messages can go: one target for each channel that reaches people, one for each robot and webhook of the plant file. Secrets are read here, once.
import { readFile } from 'node:fs/promises';
import { type NotificationChannel, notificationChannels } from '../../domain/notification/notification-order.ts';
import type { SecretReference } from '../../domain/notification/notification-settings.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Channel } from './channel.ts';
import { createEmailChannel } from './channels/email-channel.ts';
import { createGatewayChannel } from './channels/gateway-channel.ts';
import { createDingTalkChannel, createFeishuChannel, createWeComChannel } from './channels/robot-channels.ts';
import { createWebhookChannel } from './channels/webhook-channel.ts';
import type { MessageRate } from './flood-guard.ts';

export interface ChannelTarget {
  readonly kind: NotificationChannel;
  readonly name: string;
  /** Null: it has no secret, and cannot send. */
  readonly channel: Channel | null;
  readonly language: Language;
  /** Null: every station. */
  readonly stationIds: ReadonlySet<string> | null;
  readonly mayDigest: boolean;
  readonly concurrency: number;
  readonly attemptTimeoutMs: number;
  readonly rate: MessageRate;
}

/** What people bear, and what robots take (20 a minute before they are shut out). */
const defaultRates: Readonly<Record<NotificationChannel, MessageRate>> = {
  webPush: { messages: 30, perMs: 600_000 },
  email: { messages: 60, perMs: 3_600_000 },
  sms: { messages: 10, perMs: 600_000 },
  voice: { messages: 5, perMs: 600_000 },
  webhook: { messages: 600, perMs: 60_000 },
  weCom: { messages: 18, perMs: 60_000 },
  dingTalk: { messages: 18, perMs: 60_000 },
  feishu: { messages: 60, perMs: 60_000 },
};

/** A channel that is made elsewhere and needs no line in the plant file (web push). */
export function personTarget(channel: Channel): ChannelTarget {
  return {
    kind: channel.kind,
    name: channel.kind,
    channel,
    language: 'zh',
    stationIds: null,
    mayDigest: true,
    concurrency: 8,
    attemptTimeoutMs: 10_000,
    rate: defaultRates[channel.kind],
  };
}

export class ChannelTargets {
  readonly #byName: ReadonlyMap<string, ChannelTarget>;

  constructor(targets: readonly ChannelTarget[]) {
    this.#byName = new Map(targets.map((target) => [target.name, target]));
  }

  all(): readonly ChannelTarget[] {
    return [...this.#byName.values()];
  }

  find(name: string): ChannelTarget | null {
    return this.#byName.get(name) ?? null;
  }

  /** Names of the targets of a channel that are told of this station; of what concerns no station, all. */
  serving(channel: NotificationChannel, stationId: string | null): readonly string[] {
    return this.all()
      .filter((target) => target.kind === channel && (stationId === null || target.stationIds === null || target.stationIds.has(stationId)))
      .map((target) => target.name);
  }

  /** Channels that have a target, in the order in which they are listed everywhere. */
  configured(): readonly NotificationChannel[] {
    return notificationChannels.filter((channel) => this.all().some((target) => target.kind === channel));
  }
}

interface TargetSettings {
  readonly concurrency: number;
  readonly attemptTimeout: number;
  readonly rate?: { readonly messages: number; readonly per: number } | undefined;
  readonly caFile?: string | undefined;
}

/** `report` is told of a secret that is missing; the server starts all the same: a monitor must not stay away because of a mail password. */
export async function configuredTargets(options: {
  readonly plant: Plant;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: (problem: string) => void;
}): Promise<readonly ChannelTarget[]> {
  const { plant, clock, environment, report } = options;
  const { notifications: settings } = plant;
  const targets: ChannelTarget[] = [];

  async function add<Name extends string>(
    kind: NotificationChannel,
    name: string,
    target: TargetSettings & { readonly stations?: readonly string[] | undefined; readonly language?: Language; readonly digest?: boolean },
    references: Readonly<Record<Name, SecretReference>>,
    create: (secrets: Readonly<Record<Name, string>>, ca: string | null) => Channel,
  ): Promise<void> {
    let channel: Channel | null = null;
    try {
      const secrets = {} as Record<Name, string>;
      for (const [secretName, reference] of Object.entries(references) as [Name, SecretReference][])
        secrets[secretName] = await readSecret(reference, environment);
      channel = create(secrets, target.caFile === undefined ? null : await readFile(target.caFile, 'utf8'));
    } catch (error) {
      report(`notifications by ${kind}${name === kind ? '' : ` ${name}`} cannot be sent: ${(error as Error).message}`);
    }
    targets.push({
      kind,
      name,
      channel,
      language: target.language ?? 'zh',
      stationIds: target.stations === undefined ? null : new Set(target.stations),
      mayDigest: target.digest ?? true,
      concurrency: target.concurrency,
      attemptTimeoutMs: target.attemptTimeout,
      rate: target.rate === undefined ? defaultRates[kind] : { messages: target.rate.messages, perMs: target.rate.per },
    });
  }

  const { email, sms, voice } = settings;
  if (email !== undefined) {
    const references: Readonly<Record<string, SecretReference>> = email.password === undefined ? {} : { password: email.password };
    await add('email', 'email', email, references, (secrets, ca) =>
      createEmailChannel(email, { password: secrets.password ?? null }, { ca }),
    );
  }
  const timeZone = plant.company.timeZone;
  for (const [kind, gateway] of [
    ['sms', sms],
    ['voice', voice],
  ] as const)
    if (gateway !== undefined)
      await add(kind, kind, gateway, gateway.secrets, (secrets, ca) =>
        createGatewayChannel(kind, gateway, secrets, { clock, ca, timeZone }),
      );
  for (const one of settings.webhooks)
    await add('webhook', one.name, one, { secret: one.secret }, (secrets, ca) => createWebhookChannel(one, secrets, { clock, ca }));
  for (const one of settings.weCom)
    await add('weCom', one.name, one, { key: one.key }, (secrets, ca) => createWeComChannel(one, secrets, { clock, ca }));
  for (const one of settings.dingTalk)
    await add('dingTalk', one.name, one, { accessToken: one.accessToken, secret: one.secret }, (secrets, ca) =>
      createDingTalkChannel(one, secrets, { clock, ca }),
    );
  for (const one of settings.feishu)
    await add('feishu', one.name, one, { hook: one.hook, secret: one.secret }, (secrets, ca) =>
      createFeishuChannel(one, secrets, { clock, ca }),
    );
  return targets;
}

/** The value is nowhere in the error. */
async function readSecret(reference: SecretReference, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  if ('env' in reference) {
    const value = environment[reference.env];
    if (value === undefined || value === '') throw new Error(`environment variable ${reference.env} is not set`);
    return value;
  }
  const value = (await readFile(reference.file, 'utf8')).trimEnd();
  if (value === '') throw new Error(`${reference.file} is empty`);
  return value;
}
