// Why the server refused, in the reader's language. The server's own sentence is for people who read its answers without these screens.
import type { Texts } from '../language/shared-words.ts';

const zhWords = {
  nothingToAcknowledge: '没有需要确认的内容',
  notAnnunciated: '报警已搁置、抑制或停用',
  commentRequired: '紧急报警必须填写处理说明',
  notLatched: '报警未锁存',
  conditionStillTrue: '条件仍然成立',
  acknowledgeFirst: '请先确认报警',
  safetyCannotBeShelved: '安全类报警不得搁置，只能凭作业票停用',
  safetyCannotBeSuppressed: '安全类报警不因检修而抑制',
  alreadyShelved: '报警已经搁置',
  notShelved: '报警未搁置',
  tooLong: '超过允许的最长时间',
  endsInThePast: '结束时间已过',
  approverRequired: '须由第二人批准',
  approverMustBeAnother: '批准人必须是另一个人',
  isOutOfService: '报警已停用',
  notOutOfService: '报警未停用',
  notAcknowledged: '报警尚未确认',
  criticalNotTicked: '紧急报警须逐条勾选',
  unknown: '没有这条报警',
  approvalRefused: '批准人不存在、密码不正确，或无权批准本站的此项操作',
  hasEnded: '已经结束',
} as const;

const enWords: Texts<typeof zhWords> = {
  nothingToAcknowledge: 'there is nothing to acknowledge',
  notAnnunciated: 'the alarm is shelved, suppressed or out of service',
  commentRequired: 'a critical alarm needs a comment',
  notLatched: 'the alarm is not latched',
  conditionStillTrue: 'the condition is still true',
  acknowledgeFirst: 'acknowledge the alarm first',
  safetyCannotBeShelved: 'a safety alarm is never shelved, only taken out of service with a permit',
  safetyCannotBeSuppressed: 'a safety alarm is not suppressed by maintenance',
  alreadyShelved: 'the alarm is shelved already',
  notShelved: 'the alarm is not shelved',
  tooLong: 'longer than is allowed',
  endsInThePast: 'the end lies in the past',
  approverRequired: 'a second person must approve',
  approverMustBeAnother: 'the approver must be another person',
  isOutOfService: 'the alarm is out of service',
  notOutOfService: 'the alarm is not out of service',
  notAcknowledged: 'the alarm has not been acknowledged',
  criticalNotTicked: 'a critical alarm must be ticked by itself',
  unknown: 'there is no such alarm',
  approvalRefused: 'the approver is unknown, the password is wrong, or he may not approve this at this station',
  hasEnded: 'it has ended already',
};

export { enWords as en, zhWords as zh };
