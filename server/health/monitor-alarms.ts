// Alarms of the monitor itself (HE13): disk, full disk, certificate, clock, historian, spool, journal, backup, spare. They follow the same life as every other alarm, so nobody has to look at
// the health page to hear of what he must do. Levels, not edges: each look says what is true now.
import { randomUUIDv7 } from 'node:crypto';
import type { AlarmDefinition, MonitorAlarm } from '../../domain/alarms/alarm-definition.ts';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { HealthCheck, HealthCheckName } from '../../domain/health/health-check.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import { type AlarmChange, serverActor } from '../alarms/alarm-change.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';

interface MonitorAlarmText {
  readonly check: HealthCheckName;
  readonly priority: AlarmPriority;
  readonly message: LocalizedText;
  readonly consequence: LocalizedText;
  readonly response: LocalizedText;
}

const texts: readonly MonitorAlarmText[] = [
  {
    check: 'disk',
    priority: 'high',
    message: { zh: '监控系统磁盘空间不足 10%', en: 'Monitor: less than 10 % of a disk is free' },
    consequence: { zh: '磁盘写满后，历史数据丢失，报警无法落盘确认', en: 'On a full disk history is lost and alarms cannot be committed' },
    response: { zh: '打开“系统健康”页查看是哪个磁盘；清理或扩容', en: 'See on the health page which disk; make room or enlarge it' },
  },
  {
    check: 'diskFull',
    priority: 'critical',
    message: { zh: '监控系统磁盘已满，历史数据停止存储', en: 'Monitor: the disk is full, readings are no longer stored' },
    consequence: {
      zh: '报警用预留空间继续；预留空间也写满后，报警无法确认',
      en: 'Alarms go on in the room that was kept for them; once that is used up too, nothing can be acknowledged',
    },
    response: {
      zh: '立即清理磁盘；“系统健康”页写明是哪台机器、哪个目录',
      en: 'Make room at once; the health page names the machine and the folder',
    },
  },
  {
    check: 'outbox',
    priority: 'high',
    message: { zh: '报警消息滞留超过一分钟', en: 'Monitor: alarm messages have waited for more than a minute' },
    consequence: { zh: '值班员看不到这些变化', en: 'The control room does not see these changes' },
    response: {
      zh: '检查服务器的磁盘、数据库和日志；消息在采集器磁盘上，不会丢',
      en: 'Look after the server’s disk, database and log; the messages are on the collector’s disk and are not lost',
    },
  },
  {
    check: 'setAside',
    priority: 'high',
    message: { zh: '有报警消息无法处理，已另存', en: 'Monitor: an alarm message could not be taken and was set aside' },
    consequence: {
      zh: '该变化可能没有显示；其后的报警不受影响，当前状态已重新核对',
      en: 'What it said may not be shown; those after it went on, and what is true now was asked for again',
    },
    response: {
      zh: '在记录簿中查看“另存的报警消息”；采集器与服务器的版本应一致',
      en: 'See the line in the journal; collector and server should be of one version',
    },
  },
  {
    check: 'certificate',
    priority: 'medium',
    message: { zh: '监控系统证书 30 天内到期', en: 'Monitor: a certificate ends within 30 days' },
    consequence: {
      zh: '到期后使用该证书的连接会被拒绝，场站失去监视',
      en: 'Once it has ended, connections that use it are refused and a station is unwatched',
    },
    response: {
      zh: '打开“系统健康”页查看是哪张证书；更换并在两侧信任',
      en: 'See on the health page which one; renew it and trust it on both sides',
    },
  },
  {
    check: 'clock',
    priority: 'medium',
    message: { zh: '监控系统时钟偏差超过 2 秒', en: 'Monitor: a clock is more than 2 s off' },
    consequence: { zh: '报警时间和记录顺序不可信', en: 'Times of alarms and the order of records cannot be relied upon' },
    response: {
      zh: '打开“系统健康”页查看是哪个时钟；检查该设备的对时（NTP）',
      en: 'See on the health page which clock; check its time source (NTP)',
    },
  },
  {
    check: 'historian',
    priority: 'medium',
    message: { zh: '历史数据库不收数据', en: 'Monitor: the historian takes no readings' },
    consequence: {
      zh: '数据存在采集器磁盘上等待，趋势看不到新数据；报警和实时值不受影响',
      en: 'Readings wait on the collector’s disk and trends show nothing new; alarms and live values go on',
    },
    response: {
      zh: '打开“系统健康”页看原因：数据库停机、令牌失效或库不存在；修复后自动补传',
      en: 'The health page names the reason (stopped, token refused, bucket gone); once it is mended what waits is sent by itself',
    },
  },
  {
    check: 'spool',
    priority: 'medium',
    message: { zh: '历史数据缓存持续增长', en: 'Monitor: readings pile up before the historian' },
    consequence: {
      zh: '历史库长时间不收数据，缓存写满后开始丢弃',
      en: 'The store does not take readings; once the spool is full they are dropped',
    },
    response: {
      zh: '检查历史数据库及其网络；打开“系统健康”页看原因',
      en: 'Check the historian and its network; the health page names the reason',
    },
  },
  {
    check: 'journalChain',
    priority: 'high',
    message: { zh: '记录簿校验不通过', en: 'Monitor: the journal does not hold' },
    consequence: {
      zh: '有记录被改动、删除或损坏，证据不可信',
      en: 'A line was changed, removed or damaged: the record is no proof any more',
    },
    response: {
      zh: '保全数据目录；打开“系统健康”页看是第几条；上报',
      en: 'Preserve the data folder; the health page names the line; report it',
    },
  },
  {
    check: 'spare',
    priority: 'medium',
    message: { zh: '采集进程没有备用', en: 'Monitor: no spare for a collector process' },
    consequence: {
      zh: '正在采集的进程一旦停止，它的场站就无人监视',
      en: 'If the process that reads now ends, its stations are watched by nobody',
    },
    response: {
      zh: '打开“系统健康”页看是哪个采集器；重新启动另一个采集进程，检查它的机器和网络',
      en: 'The health page names the collector; start the other process again, look after its machine and network',
    },
  },
  {
    check: 'backup',
    priority: 'low',
    message: { zh: '定期备份已两个周期没有成功', en: 'Monitor: no scheduled backup for twice its period' },
    consequence: {
      zh: '磁盘损坏时，最后一次备份之后的报警记录和证据无法恢复',
      en: 'If the disk fails, alarms and evidence since the last backup cannot be brought back',
    },
    response: {
      zh: '打开“系统健康”页看失败原因；检查备份目录及其空间',
      en: 'The health page names the reason; look after the folder of the backups and its space',
    },
  },
];

/** Appended behind the alarms of the plant file. */
export function monitorAlarms(firstIndex: number): readonly MonitorAlarm[] {
  return texts.map(({ check, priority, message, consequence, response }, place) => ({
    kind: 'monitor',
    index: firstIndex + place,
    id: monitorAlarmId(check),
    stationIndex: -1,
    pointIndex: null,
    deviceIndex: null,
    priority,
    isPriorityComputed: false,
    consequenceClassId: null,
    class: 'diagnostic',
    onDelayMs: 0,
    offDelayMs: 0,
    isLatching: false,
    message,
    cause: null,
    consequence,
    response,
    responseTimeMs: null,
  }));
}

function monitorAlarmId(check: HealthCheckName): string {
  return `monitor.${check}`;
}

/** Figures that a person looks for first, by check. */
const measure: Partial<Record<HealthCheckName, string>> = {
  certificate: 'days',
  clock: 'offsetMs',
  spool: 'spooled',
  journalChain: 'sequence',
};

/** Brings the alarms into line with what the checks say. */
export function bringMonitorAlarmsIntoLine(options: {
  readonly store: AlarmStore;
  readonly ledger: Ledger;
  readonly checks: readonly HealthCheck[];
  readonly nowMs: number;
}): Promise<void> {
  const { store, ledger, checks, nowMs } = options;
  return ledger.exclusively(async (commit) => {
    const changes = texts.flatMap(({ check }): AlarmChange[] => {
      const found = store.find(monitorAlarmId(check));
      if (found === null) return [];
      const wrong = checks.filter(({ name, verdict }) => name === check && verdict === 'act');
      const { definition, record } = found;
      if (wrong.length > 0 === record.isConditionTrue) return [];
      return [wrong.length > 0 ? raised(definition, wrong, nowMs) : cleared(definition, record.occurrenceId ?? '', nowMs)];
    });
    if (changes.length > 0) await store.apply(commit, changes, {});
  });
}

function raised(definition: AlarmDefinition, wrong: readonly HealthCheck[], atMs: number): AlarmChange {
  const [worst] = wrong;
  const value = worst === undefined ? null : worst.values[measure[worst.name] ?? ''];
  return {
    definition,
    actor: serverActor,
    detail: { checks: wrong.map(({ name, subject, cause, values }) => ({ name, subject, cause, values })) },
    event: {
      kind: 'raise',
      atMs,
      occurrenceId: randomUUIDv7(),
      value: typeof value === 'number' ? value : null,
      isTest: false,
      isLatching: false,
    },
  };
}

function cleared(definition: AlarmDefinition, occurrenceId: string, atMs: number): AlarmChange {
  return { definition, actor: serverActor, detail: {}, event: { kind: 'clear', atMs, occurrenceId } };
}
