// The section `notifications:` as an administrator gets it wrong: each fault is told with its line and path, and a secret never stands in the file.
import { describe, expect, test } from 'vitest';
import { parsePlantText } from '../plant/parse-plant-file.ts';
import { formatIssue } from '../plant/plant-issues.ts';

const plant = (section: string) => `schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations: [{ id: GS-01, type: gate, name: S, area: a }]
notifications:
${section
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;
function issuesOf(section: string): string {
  const parsed = parsePlantText(plant(section), { version: 'v' });
  const issues = parsed.kind === 'ok' ? parsed.warnings : parsed.issues;
  return issues.map((issue) => formatIssue(issue, 'plant.yaml')).join('\n');
}

const whole = `
publicUrl: https://gatewatch.gas.example
email: { host: smtp.gas.example, from: 站哨 <gatewatch@gas.example>, user: gatewatch, password: { env: GATEWATCH_SECRET_SMTP } }
webhooks: [{ name: dispatch, url: https://dispatch.gas.example/in, secret: { env: GATEWATCH_SECRET_HOOK }, stations: [GS-01] }]
weCom: [{ name: duty-group, key: { env: GATEWATCH_SECRET_WECOM } }]
dingTalk: [{ name: team, accessToken: { file: /run/secrets/ding }, secret: { env: GATEWATCH_SECRET_DING } }]
feishu: [{ name: office, hook: { env: GATEWATCH_SECRET_FEISHU_HOOK }, secret: { env: GATEWATCH_SECRET_FEISHU } }]
sms:
  url: https://sms.example/send?u={{secret.user}}
  secrets: { user: { env: GATEWATCH_SECRET_SMS_USER } }
  derived: [{ name: sign, algorithm: md5, over: '{{secret.user}}{{epochMs}}' }]
  body: { json: { to: '{{mobile}}', text: '{{text}}', sign: '{{derived.sign}}' } }
  success: { answer: { path: code, is: 0 } }
`;

test('what is whole has nothing to be said of it', () => {
  expect(issuesOf(whole)).toBe('');
  expect(issuesOf('{}')).toBe('');
});

describe('told with line and path', () => {
  test.each<[string, string, RegExp]>([
    [
      'a password in the file',
      'email: { host: h, from: a@b.example, user: u, password: hunter2 }',
      /plant\.yaml:6:\d+: error: notifications\.email\.password: .*never stands in the plant file/,
    ],
    ['a variable that is no secret’s', 'weCom: [{ name: g, key: { env: HOME } }]', /weCom\[0\]\.key/],
    [
      'a key in the address',
      "weCom: [{ name: g, url: 'https://u:p@qy.example/', key: { env: GATEWATCH_SECRET_X } }]",
      /password never stands/,
    ],
    [
      'http without saying so',
      "webhooks: [{ name: g, url: 'http://10.0.0.9/in', secret: { env: GATEWATCH_SECRET_X } }]",
      /error: notifications\.webhooks\[0\]\.url: http:\/\/ needs insecure: true/,
    ],
    [
      'http said',
      "webhooks: [{ name: g, url: 'http://10.0.0.9/in', insecure: true, secret: { env: GATEWATCH_SECRET_X } }]",
      /warning: .*sent without TLS/,
    ],
    [
      'mail without TLS',
      'email: { host: h, from: a@b.example, security: none }',
      /error: notifications\.email\.security: mail without TLS/,
    ],
    ['a user without a password', 'email: { host: h, from: a@b.example, user: u }', /email\.user: user and password go together/],
    [
      'two targets of one name',
      'weCom: [{ name: g, key: { env: GATEWATCH_SECRET_X } }]\nfeishu: [{ name: g, hook: { env: GATEWATCH_SECRET_X }, secret: { env: GATEWATCH_SECRET_X } }]',
      /plant\.yaml:7:\d+: error: notifications\.feishu\[0\]\.name: g is the name of another/,
    ],
    ['a target named as a channel', 'weCom: [{ name: email, key: { env: GATEWATCH_SECRET_X } }]', /email is the name of another/],
    [
      'an unknown station',
      'weCom: [{ name: g, key: { env: GATEWATCH_SECRET_X }, stations: [GS-77] }]',
      /weCom\[0\]\.stations\[0\]: station GS-77 is not defined/,
    ],
    ['a host that a message could choose', "sms: { url: 'https://{{mobile}}/x' }", /no placeholder before the path/],
    [
      'an unknown placeholder',
      "sms: { url: 'https://g/x', body: { json: { a: [{ b: '{{phone}}' }] } } }",
      /sms\.body\.json\.a\[0\]\.b: \{\{phone\}\} is not known here/,
    ],
    ['a secret that is not named', "sms: { url: 'https://g/x?k={{secret.key}}' }", /\{\{secret\.key\}\} is not known/],
    ['an unknown filter', "sms: { url: 'https://g/x?k={{text|rot13}}' }", /there is no filter rot13/],
    ['half a placeholder', "sms: { url: 'https://g/x', body: { form: { a: '{{text}' } } }", /a placeholder is not whole/],
    ['a body in itself', "sms: { url: 'https://g/x', body: { form: { a: '{{body}}' } } }", /\{\{body\}\} is not known here/],
    [
      'a signature over the body in the body',
      "sms: { url: 'https://g/x', derived: [{ name: s, algorithm: md5, over: '{{body}}' }, { name: t, algorithm: md5, over: '{{derived.s}}' }], body: { form: { a: '{{derived.t}}' } } }",
      /\{\{derived\.t\}\} is not known here/,
    ],
    [
      'a signature over a later one',
      "sms: { url: 'https://g/x', derived: [{ name: s, algorithm: md5, over: '{{derived.t}}' }, { name: t, algorithm: md5, over: x }] }",
      /derived\[0\]\.over: \{\{derived\.t\}\} is not known/,
    ],
    ['an HMAC without its key', "sms: { url: 'https://g/x', derived: [{ name: s, algorithm: hmacSha1, over: x }] }", /hmacSha1 needs key/],
    ['a header that is ours', "sms: { url: 'https://g/x', headers: { Host: evil } }", /Host is set by Gatewatch itself/],
    [
      'a line break in a header',
      'webhooks: [{ name: g, url: "https://g/x", secret: { env: GATEWATCH_SECRET_X }, headers: { A: "b\\r\\nC: d" } }]',
      /expected visible ASCII/,
    ],
    ['a body with GET', "sms: { url: 'https://g/x', method: GET, body: { text: hi } }", /GET has no body/],
    ['a link that holds an hour', 'linkLifetime: 60min', /notifications\.linkLifetime: expected 1min to 30min/],
    ['an address with a path', 'publicUrl: https://g.example/gatewatch', /publicUrl: expected an address such as/],
    ['an unknown setting', 'mail: {}', /notifications\.mail: unknown setting/],
  ])('%s', (_name, section, expected) => {
    expect(issuesOf(section)).toMatch(expected);
  });
});
