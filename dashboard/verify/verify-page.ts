// The offline verification page: takes a file, runs the verifier, says what holds or the first thing that does not. No network, no framework.
import type { ByteSource } from '../../domain/evidence/bundle-source.ts';
import { type SignedHead, signedHeadSchema } from '../../domain/evidence/signed-head.ts';
import { type Broken, type Holds, verifyBundle } from '../../domain/evidence/verify-bundle.ts';
import { filled, type VerifyLanguage, words } from './verify-words.ts';

let language: VerifyLanguage = navigator.language.startsWith('zh') ? 'zh' : 'en';

function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`no ${id}`);
  return element;
}

const bundle = find('bundle', HTMLInputElement);
const key = find('key', HTMLInputElement);
const heads = find('heads', HTMLInputElement);
const button = find('verify', HTMLButtonElement);
const status = find('status', HTMLElement);
const result = find('result', HTMLElement);
const toggle = find('language', HTMLButtonElement);

function showWords(): void {
  const text = words[language];
  document.documentElement.lang = language;
  document.title = text.title;
  toggle.textContent = language === 'zh' ? 'English' : '中文';
  for (const [id, said] of [
    ['title', text.title],
    ['intro', text.intro],
    ['bundle-label', text.bundle],
    ['key-label', text.key],
    ['heads-label', text.heads],
    ['verify', text.verify],
  ] as const)
    find(id, HTMLElement).textContent = said;
}

function sourceOf(file: File): ByteSource {
  return { size: file.size, read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()) };
}

async function headsOf(file: File | undefined): Promise<SignedHead[]> {
  if (file === undefined) return [];
  const found = (await file.text()).split('\n').flatMap((line) => {
    try {
      const parsed = signedHeadSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
  if (found.length === 0) throw new Error(words[language].noHeads);
  return found;
}

async function run(file: File): Promise<void> {
  const text = words[language];
  result.replaceChildren();
  result.removeAttribute('data-verdict');
  button.disabled = true;
  try {
    const trustedKeyId = key.value.trim().toLowerCase();
    const verdict = await verifyBundle(sourceOf(file), {
      ...(trustedKeyId === '' ? {} : { trustedKeyId }),
      outsideHeads: await headsOf(heads.files?.[0]),
      onProgress: (step, share) => {
        status.textContent = filled(text.working, { step: text.steps[step], percent: Math.round(share * 100) });
      },
    });
    status.textContent = '';
    result.dataset.verdict = verdict.kind;
    if (verdict.kind === 'holds') showHolds(verdict);
    else showBroken(verdict);
  } catch (error) {
    status.textContent = '';
    result.dataset.verdict = 'failed';
    const isUnsupported = error instanceof Error && error.name === 'NotSupportedError';
    say('p', isUnsupported ? text.unsupported : filled(text.failed, { reason: error instanceof Error ? error.message : String(error) }));
  } finally {
    button.disabled = false;
  }
}

function say(tag: 'h2' | 'p', said: string): void {
  const element = document.createElement(tag);
  element.textContent = said;
  result.append(element);
}

function showBroken({ step, file, reason }: Broken): void {
  const text = words[language];
  say('h2', `✕ ${text.broken}`);
  say('p', reason);
  if (file !== null) say('p', filled(text.inFile, { file }));
  say('p', filled(text.at, { step: text.steps[step] }));
}

function showHolds({
  manifest,
  summary,
  manifestHash,
  summaryHash,
  isKeyTrusted,
  headsInside,
  outsideHeadsChecked,
  outsideHeadsElsewhere,
}: Holds): void {
  const text = words[language];
  say('h2', `✓ ${text.holds}`);
  const iso = (atMs: number) => new Date(atMs).toISOString();
  const names = new Map(manifest.stations.map(({ id, name }) => [id, name[language]]));
  const rows: (readonly [string, string])[] = [
    [text.company, manifest.company.name[language]],
    [text.period, `${iso(manifest.fromMs)} – ${iso(manifest.toMs)}`],
    [text.made, `${iso(manifest.madeAtMs)} ${manifest.madeBy.displayName}, ${manifest.software}: ${manifest.reason}`],
    [text.signedBy, `${manifest.keys.at(-1)?.keyId ?? ''} — ${isKeyTrusted === true ? text.trusted : text.untrusted}`],
    [text.manifest, manifestHash],
    [text.summary, summaryHash],
    [text.journal, filled(text.journalLines, { ...summary.journal, heads: headsInside })],
    ...(outsideHeadsChecked + outsideHeadsElsewhere === 0
      ? []
      : [[text.journal, filled(text.outside, { checked: outsideHeadsChecked, elsewhere: outsideHeadsElsewhere })] as const]),
    [
      text.alarms,
      filled(text.alarmCount, {
        raised: summary.alarms.raised,
        acknowledged: summary.alarms.acknowledged,
        test: summary.alarmsUnderTest.raised,
        incidents: summary.incidents,
        drills: summary.drills,
      }),
    ],
    ...summary.stations.map(
      ({ id, goodShare, readings, longGaps }) =>
        [
          `${id} ${names.get(id) ?? ''}`,
          goodShare === null
            ? text.noPoints
            : filled(text.good, { share: (Math.floor(goodShare * 100_000) / 1_000).toFixed(3), readings, gaps: longGaps }),
        ] as const,
    ),
  ];
  const table = document.createElement('table');
  for (const [name, said] of rows) {
    const row = table.insertRow();
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    row.append(head);
    row.insertCell().textContent = said;
  }
  result.append(table);
}

toggle.addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  showWords();
});
find('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const file = bundle.files?.[0];
  if (file !== undefined) void run(file);
});
showWords();
