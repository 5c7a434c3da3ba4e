// The page behind a link, as plain HTML: no script, one style, big buttons, readable on a phone in the sun. Words in both languages.
import { createHash } from 'node:crypto';
import { type AlarmPriority, priorityNumber } from '../../domain/alarms/priority.ts';
import { escapeXml } from '../../domain/notification/message-template.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { LinkRefusal } from './acknowledge-by-link.ts';
import type { MessageFact } from './channel.ts';

const style = `
:root{color-scheme:light dark;--page:#d9dcde;--surface:#f4f5f6;--ink:#161b1f;--muted:#4b545b;--line:#8b959d;--wash:#f3d3d6;--alarm:#a80d25}
@media (prefers-color-scheme:dark){:root{--page:#17191c;--surface:#2a2f34;--ink:#e3e7ea;--muted:#a9b3ba;--line:#69747d;--wash:#4a1d23;--alarm:#ff979c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:1.0625rem/1.5 "Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
main{max-width:32rem;margin:0 auto;padding:16px}
h1{font-size:1.25rem;margin:8px 0 12px}
section{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:14px;margin-bottom:14px}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 14px;margin:0}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.mark{font-weight:700}
.problem{border-left:6px solid var(--alarm);background:var(--wash)}
label{display:block;margin-bottom:6px}
textarea{width:100%;min-height:88px;padding:10px;font:inherit;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:6px}
button,.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:56px;margin-top:14px;border:1px solid var(--ink);border-radius:8px;background:var(--ink);color:var(--surface);font:inherit;font-weight:700;text-decoration:none}
.button{background:transparent;color:inherit;border-color:var(--line);font-weight:400}
:focus-visible{outline:3px solid #0b57b7;outline-offset:2px}
p{margin:0 0 8px}
.muted{color:var(--muted);font-size:.9375rem}
`;

/** Nothing is fetched and nothing runs; the one style is known by its hash. */
export const acknowledgePagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const marks: Readonly<Record<AlarmPriority, string>> = { critical: '◆', high: '▲', medium: '▼', low: '●' };

const words = {
  zh: {
    title: '确认报警',
    priority: { critical: '紧急', high: '高', medium: '中', low: '低' },
    meaning: '确认表示：我已看到，并正在处理。打开本页不会确认，请按下面的按钮。',
    as: (name: string) => `以“${name}”的名义确认`,
    until: (time: string) => `本链接有效至 ${time}，只能使用一次。`,
    comment: '处理说明',
    required: '（紧急报警必填）',
    optional: '（可不填）',
    submit: '确认',
    done: '已确认',
    doneBy: (name: string, time: string) => `${name} 于 ${time} 确认。`,
    open: '在系统中查看',
    refused: '未确认',
    lacksComment: '紧急报警必须填写处理说明，请填写后再按“确认”。',
    reasons: {
      invalid: '此链接无效：它不完整、被改动过，或不是由本系统发出的。',
      expired: '此链接已过期。请登录系统确认，或等待新的通知。',
      used: '此链接已经使用过。每个链接只能确认一次；如报警再次要求确认，请使用新的通知或登录系统。',
      superseded: '此报警在通知之后又发生了一次。旧链接不能确认新的报警，请使用新的通知或登录系统。',
      personDisabled: '此账号已停用或不存在，不能用它确认。',
      notPermitted: '您现在没有确认此报警的权限。',
      alreadyAcknowledged: '此报警已被确认，无需再次操作。',
      setAside: '此报警现已搁置、抑制或停用，不需要确认。',
      nothingToAcknowledge: '此报警现在不需要确认。',
      busy: '此报警正在频繁变化，没有确认成功。请再试一次或登录系统。',
    },
  },
  en: {
    title: 'Acknowledge alarm',
    priority: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
    meaning: 'Acknowledging says: I have seen it and I am acting. Opening this page does not acknowledge; press the button below.',
    as: (name: string) => `Acknowledges in the name of ${name}`,
    until: (time: string) => `This link is valid until ${time} and works once.`,
    comment: 'What you are doing about it',
    required: ' (required for a critical alarm)',
    optional: ' (optional)',
    submit: 'Acknowledge',
    done: 'Acknowledged',
    doneBy: (name: string, time: string) => `Acknowledged by ${name} at ${time}.`,
    open: 'Open in Gatewatch',
    refused: 'Not acknowledged',
    lacksComment: 'A critical alarm is acknowledged with a comment: write it, then press Acknowledge.',
    reasons: {
      invalid: 'This link is not valid: it is not whole, was changed, or was not made by this system.',
      expired: 'This link has expired. Sign in to acknowledge, or wait for a new message.',
      used: 'This link has been used. Each works once; if the alarm asks again, use the newer message or sign in.',
      superseded:
        'The alarm has come again since this message. An old link does not acknowledge a new alarm: use the newer message or sign in.',
      personDisabled: 'This account is disabled or does not exist; it cannot acknowledge.',
      notPermitted: 'You are not allowed to acknowledge this alarm now.',
      alreadyAcknowledged: 'This alarm has been acknowledged already; there is nothing left to do here.',
      setAside: 'This alarm is shelved, suppressed or out of service now; it needs no acknowledgement.',
      nothingToAcknowledge: 'This alarm needs no acknowledgement now.',
      busy: 'The alarm is changing too fast and was not acknowledged. Try again, or sign in.',
    },
  },
} as const satisfies Readonly<Record<Language, unknown>>;

export interface PageAlarm {
  readonly priority: AlarmPriority;
  readonly title: string;
  readonly facts: readonly MessageFact[];
  /** Page of the alarm in the dashboard. */
  readonly url: string | null;
}

export type PageContent =
  | {
      readonly kind: 'form';
      readonly personName: string;
      readonly validUntil: string;
      readonly needsComment: boolean;
      readonly comment: string;
      readonly lacksComment: boolean;
    }
  | { readonly kind: 'done'; readonly personName: string; readonly acknowledgedAt: string }
  | { readonly kind: 'refused'; readonly reason: LinkRefusal; readonly acknowledged: { readonly by: string; readonly at: string } | null };

export function acknowledgePage(language: Language, content: PageContent, alarm: PageAlarm | null): string {
  const w = words[language];
  const heading = content.kind === 'form' ? w.title : content.kind === 'done' ? w.done : w.refused;
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow"><title>${escapeXml(heading)}</title><style>${style}</style></head>
<body><main><h1>${escapeXml(heading)}</h1>${alarm === null ? '' : alarmSection(language, alarm)}${contentSection(language, content)}${
    alarm?.url == null ? '' : `<a class="button" href="${escapeXml(alarm.url)}">${escapeXml(w.open)}</a>`
  }</main></body>
</html>
`;
}

function alarmSection(language: Language, alarm: PageAlarm): string {
  const mark = `${marks[alarm.priority]}${priorityNumber[alarm.priority]} ${words[language].priority[alarm.priority]}`;
  const rows = alarm.facts.map(({ label, value }) => `<dt>${escapeXml(label)}</dt><dd>${escapeXml(value)}</dd>`).join('');
  return `<section><p class="mark">${escapeXml(mark)} ${escapeXml(alarm.title)}</p><dl>${rows}</dl></section>`;
}

function contentSection(language: Language, content: PageContent): string {
  const w = words[language];
  switch (content.kind) {
    case 'done':
      return `<section role="status"><p>${escapeXml(w.doneBy(content.personName, content.acknowledgedAt))}</p></section>`;
    case 'refused': {
      const who = content.acknowledged === null ? '' : `<p>${escapeXml(w.doneBy(content.acknowledged.by, content.acknowledged.at))}</p>`;
      return `<section class="problem" role="alert"><p>${escapeXml(w.reasons[content.reason])}</p>${who}</section>`;
    }
    case 'form': {
      const problem = content.lacksComment ? `<section class="problem" role="alert"><p>${escapeXml(w.lacksComment)}</p></section>` : '';
      const hint = content.needsComment ? w.required : w.optional;
      return `${problem}<form method="post" action=""><section><p>${escapeXml(w.meaning)}</p><label for="comment">${escapeXml(w.comment)}${escapeXml(hint)}</label><textarea id="comment" name="comment" maxlength="1000"${content.needsComment ? ' required' : ''}>${escapeXml(content.comment)}</textarea><button type="submit">${escapeXml(w.submit)}</button></section><p class="muted">${escapeXml(w.as(content.personName))}</p><p class="muted">${escapeXml(w.until(content.validUntil))}</p></form>`;
    }
  }
}
