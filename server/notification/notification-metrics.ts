// What /metrics and /readyz tell of the notifier.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Readiness } from '../../domain/api/health-api.ts';
import type { ChannelTargets } from './channel-targets.ts';
import type { NotificationCenter } from './notification-center.ts';

export function registerNotificationMetrics(registry: Registry, center: NotificationCenter, targets: ChannelTargets): void {
  const registers = [registry];
  const labelNames = ['channel', 'target'];
  new Counter({
    name: 'gatewatch_notifications_sent_total',
    help: 'Messages that a channel took',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { channel, target, sentTotal } of center.health()) this.inc({ channel, target }, sentTotal);
    },
  });
  new Counter({
    name: 'gatewatch_notification_attempts_failed_total',
    help: 'Attempts that failed, by reason',
    labelNames: [...labelNames, 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { channel, target, failedTotal } of center.health())
        for (const [reason, count] of failedTotal) this.inc({ channel, target, reason }, count);
    },
  });
  new Counter({
    name: 'gatewatch_notifications_given_up_total',
    help: 'Orders of which nobody was told',
    registers,
    collect() {
      this.reset();
      this.inc(center.counts().gaveUpTotal);
    },
  });
  new Counter({
    name: 'gatewatch_notification_digests_total',
    help: 'Digests made in floods',
    registers,
    collect() {
      this.reset();
      this.inc(center.counts().digestsTotal);
    },
  });
  new Gauge({
    name: 'gatewatch_notifications_open',
    help: 'Deliveries that have not ended',
    registers,
    collect() {
      this.set(center.counts().open);
    },
  });
  new Gauge({
    name: 'gatewatch_notifications_held',
    help: 'Deliveries that wait for a digest',
    registers,
    collect() {
      this.set(center.counts().held);
    },
  });
  new Gauge({
    name: 'gatewatch_notification_channel_up',
    help: '1 able to send as far as known, 0 failing or without its secret',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { channel, target, failingSinceMs } of center.health())
        this.set({ channel, target }, targets.find(target)?.channel != null && failingSinceMs === null ? 1 : 0);
    },
  });
}

/** NO21 */
export function notificationParts(center: NotificationCenter, targets: ChannelTargets, nowMs: number): Readiness['parts'] {
  return center.health().flatMap((health): Readiness['parts'] => {
    const name = `notifications by ${health.target}`;
    if (targets.find(health.target)?.channel == null) return [{ name, isReady: false, reason: 'secretMissing' }];
    return health.isFailingLong(nowMs) ? [{ name, isReady: false, reason: health.lastFailureReason }] : [];
  });
}
