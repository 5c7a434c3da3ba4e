// For tests: a book of alarm settings over a real database, a clock that a test moves, and a database that fails when told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { CurrentPlant } from '../plant/current-plant.ts';
import { AlarmSettingsBook } from './alarm-settings-book.ts';
import type { Person } from './draft-machine.ts';

export const engineer: Person = { username: 'engineer', displayName: '陈晨' };
export const supervisor: Person = { username: 'supervisor', displayName: '李强' };

/** Two stations of one point each; `high` and `highHigh` as a test states them. */
export function settingsPlant(
  more: { readonly high?: string; readonly highHigh?: string; readonly point?: string; readonly management?: string } = {},
): Plant {
  const station = (id: string, collector: string) => `
  - id: ${id}
    type: gate
    name: { zh: 站, en: Station }
    area: a
    collector: ${collector}
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - tag: PT-101
            name: { zh: 压力, en: Pressure }
            unit: MPa
            role: inletPressure
            range: { min: 0, max: 10 }
            register: { table: holding, address: 0, type: float32 }
            ${more.point ?? ''}
            alarms:
              - { kind: high, setpoint: 5, deadband: 0.1, priority: medium, onDelay: 2s, response: { zh: 查, en: Look }${more.high ?? ''} }
              - { kind: highHigh, setpoint: 8, deadband: 0.1, priority: high, onDelay: 2s, response: { zh: 关, en: Close }${more.highHigh ?? ''} }`;
  const text = `schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
${more.management ?? ''}
stations:${station('GS-01', 'east')}${station('GS-02', 'west')}
`;
  // The version is the text itself: it differs where the file does, as a hash would.
  const parsed = parsePlantText(text, { version: text });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

export interface BookRig {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly ledger: Ledger;
  readonly current: CurrentPlant;
  readonly book: AlarmSettingsBook;
  /** What the server's other parts see in force. */
  setpointOf(alarmId: string): number | undefined;
  close(): Promise<void>;
}

const folders: string[] = [];

export async function openBook(
  plantOfFile: Plant,
  more: { readonly folder?: string; readonly clock?: ManualClock } = {},
): Promise<BookRig> {
  const folder = more.folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-settings-'));
  if (more.folder === undefined) folders.push(folder);
  const clock = more.clock ?? new ManualClock();
  const database = await openDatabase('sqlite:', folder);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const current = new CurrentPlant(plantOfFile);
  const book = await AlarmSettingsBook.open({ plantOfFile, current, ledger, clock });
  return {
    folder,
    clock,
    ledger,
    current,
    book,
    setpointOf: (alarmId) => {
      const alarm = current.plant.alarms[current.plant.alarmIndexById.get(alarmId) ?? -1];
      return alarm !== undefined && 'setpoint' in alarm ? alarm.setpoint : undefined;
    },
    close: () => database.destroy(),
  };
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
