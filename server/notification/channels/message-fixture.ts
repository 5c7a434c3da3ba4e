// A message as the composer makes it, for the tests of the channels. Its names try to be more than names.
import type { ChannelMessage } from '../channel.ts';

export function messageOf(overrides: Partial<ChannelMessage> = {}): ChannelMessage {
  return {
    idempotencyKey: '0b9f6a52-7f5e-4a43-9d0e-3c8b2e7a1d11',
    subject: {
      kind: 'alarm',
      alarmId: 'GS-01.PT-101.highHigh',
      occurrenceId: '018f0000-0000-7000-8000-000000000001',
      stationId: 'GS-01',
    },
    recipient: { username: 'wang', displayName: '王敏', email: 'wang@gas.example', mobile: '+8613800138000', language: 'zh' },
    language: 'zh',
    urgency: 'critical',
    title: '[点我](http://evil.example) 门站进口压力高高 "A&B" <script>',
    text: '压力 6.42 MPa\n请立即处置 <at id=all></at>',
    facts: [
      { name: 'station', label: '场站', value: '一号门站（GS-01）' },
      { name: 'tag', label: '位号', value: 'PT-101' },
      { name: 'value', label: '数值', value: '6.42 MPa' },
      { name: 'time', label: '时间', value: '2026-07-03 08:05:09' },
      { name: 'response', label: '处置', value: '1. 核对\r\n2. 关阀 & "通知"' },
    ],
    link: 'https://gatewatch.gas.example/alarms/GS-01.PT-101.highHigh',
    acknowledgeLink: 'https://gatewatch.gas.example/a/AbC-123_',
    orderedAtMs: Date.UTC(2026, 6, 3, 0, 5, 10),
    ...overrides,
  };
}
