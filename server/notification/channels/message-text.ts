// A message as plain lines, as Markdown of a chat robot, and as one short line for SMS and voice.
import type { ChannelMessage } from '../channel.ts';

export interface MessageLine {
  readonly label: string;
  readonly value: string;
}

/** Facts that the title and text do not already say. */
export function factLines(message: ChannelMessage): readonly MessageLine[] {
  return message.facts.map(({ label, value }) => ({ label, value }));
}

const words = {
  zh: { acknowledge: '确认报警', open: '在系统中查看', colon: '：' },
  en: { acknowledge: 'Acknowledge', open: 'Open in Gatewatch', colon: ': ' },
} as const;

export function linkLines(
  message: ChannelMessage,
): readonly { readonly label: string; readonly url: string; readonly isAction: boolean }[] {
  const { acknowledge, open } = words[message.language];
  return [
    ...(message.acknowledgeLink === null ? [] : [{ label: acknowledge, url: message.acknowledgeLink, isAction: true }]),
    ...(message.link === null ? [] : [{ label: open, url: message.link, isAction: false }]),
  ];
}

export function plainText(message: ChannelMessage): string {
  const { colon } = words[message.language];
  return [
    ...(message.text === '' ? [] : [message.text, '']),
    ...factLines(message).map(({ label, value }) => `${label}${colon}${value}`),
    ...linkLines(message).flatMap(({ label, url }) => ['', `${label}${colon}`, url]),
  ].join('\n');
}

/** Title, text and the facts that matter most, on one line. */
export function shortText(message: ChannelMessage, charactersMax: number): string {
  const fact = (name: string) => message.facts.find((candidate) => candidate.name === name)?.value;
  const parts = [message.title, message.text, fact('value'), fact('time')].filter((part) => part !== undefined && part !== '');
  return cut(parts.join(message.language === 'zh' ? '，' : ', ').replaceAll(/\s*\n\s*/g, ' '), charactersMax);
}

/** By whole characters, so that no half of a pair is left. */
export function cut(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/** At most so many UTF-8 bytes; robots count bytes. */
export function cutBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  const characters = [...text];
  let bytes = 3; // the …
  let count = 0;
  for (const character of characters) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    count += 1;
  }
  return `${characters.slice(0, count).join('')}…`;
}

/** Nothing in a name or a text becomes a link, a mention, a heading or a colour: what could is written with the wide form of the character. */
export function markdownSafe(text: string): string {
  const wide: Readonly<Record<string, string>> = {
    '<': '＜',
    '>': '＞',
    '[': '［',
    ']': '］',
    '`': '｀',
    '*': '＊',
    '#': '＃',
    '@': '＠',
    '!': '！',
    '|': '｜',
    '\\': '＼',
    '~': '～',
    _: '＿',
  };
  return text.replace(/[<>[\]`*#@!|\\~_]/g, (character) => wide[character] ?? character);
}

/** Lines of a robot's Markdown: title, text, facts as a quote, links. `lineBreak` ends a line as the robot understands it. */
export function markdown(message: ChannelMessage, lineBreak: string): string {
  const { colon } = words[message.language];
  const safeLines = (text: string) => text.split('\n').map(markdownSafe);
  const links = linkLines(message)
    .map(({ label, url }) => `[${label}](${url})`)
    .join('　');
  return [
    `### ${markdownSafe(message.title)}`,
    ...(message.text === '' ? [] : safeLines(message.text)),
    ...factLines(message).map(({ label, value }) => `> **${label}**${colon}${safeLines(value).join(' ')}`),
    ...(links === '' ? [] : [links]),
  ].join(lineBreak);
}
