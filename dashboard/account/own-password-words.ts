// Words of changing one's own password: in the control room and on the phone, which loads no others of the account.
import type { Texts } from '../language/shared-words.ts';

export const zh = {
  current: '当前密码',
  new: '新密码（至少 {{count}} 个字符）',
  again: '再输入一次新密码',
  change: '修改密码',
  notSame: '两次输入的新密码不一致。',
  codeOrRecovery: '验证码或恢复码',
  working: '正在处理…',
  problem: {
    refused: '未执行：{{reason}}',
    wrongPassword: '当前密码不正确。',
    wrongCode: '验证码不正确或已用过。请核对手机时间，输入最新的验证码。',
    tooMany: '尝试次数过多，请稍候再试。',
    tooShort: '密码太短，至少 {{count}} 个字符。',
    common: '这是攻击者最先尝试的密码之一，请换一个。',
    ownName: '密码与用户名太接近，请换一个。',
    sameAgain: '新密码与当前密码相同。',
    secondFactor: '请同时填写第二验证的验证码。',
  },
  mustDo: {
    changePassword: '请先修改密码',
    changePasswordWhy: '密码由他人设定，或已超过公司规定的期限。修改后即可继续。',
    enrolSecondFactor: '请先启用第二验证',
    enrolSecondFactorWhy: '公司规定您的角色登录时需要第二验证。设置后即可继续。',
  },
} as const;

export const en: Texts<typeof zh> = {
  current: 'Current password',
  new: 'New password ({{count}} characters or more)',
  again: 'New password once more',
  change: 'Change password',
  notSame: 'The two new passwords are not the same.',
  codeOrRecovery: 'Code or recovery code',
  working: 'Working …',
  problem: {
    refused: 'Not done: {{reason}}',
    wrongPassword: 'The current password is wrong.',
    wrongCode: 'The code is wrong or was used before. Look whether the clock of the phone is right, and give the newest code.',
    tooMany: 'Too many tries. Wait a little.',
    tooShort: 'Too short: {{count}} characters or more.',
    common: 'This password is among those that attackers try first. Choose another.',
    ownName: 'This password is too close to the user name. Choose another.',
    sameAgain: 'The new password is the current one.',
    secondFactor: 'Give the code of the second factor too.',
  },
  mustDo: {
    changePassword: 'Change your password first',
    changePasswordWhy: 'Somebody else has set it, or it is older than the company allows. Then you can go on.',
    enrolSecondFactor: 'Set up a second factor first',
    enrolSecondFactorWhy: 'The company asks for one in your role. Then you can go on.',
  },
};
