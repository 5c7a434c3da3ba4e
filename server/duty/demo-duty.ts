// Duty of the demo plant: four teams, of which the first are the demo accounts and on duty when the demo is started; contacts that reach nobody.
import { randomBytes } from 'node:crypto';
import type { Role } from '../../domain/access/roles.ts';
import { noContact } from '../../domain/duty/person-contact.ts';
import { shiftsAt } from '../../domain/duty/roster.ts';
import { rotate, type TeamMember } from '../../domain/duty/rotation.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays, daysBetween, mondayOf } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { AccessControl } from '../access/access-control.ts';
import { dutyPlaceOf } from './duty-place.ts';
import type { People } from './people.ts';
import type { RosterStore } from './roster-store.ts';

const systemActor: JournalActor = { kind: 'system', part: 'server' };
const weeks = 6;

type Colleague = readonly [username: string, displayName: string, role: Role];
/** Nobody signs in as one of these: their passwords are thrown away. */
const colleagues: readonly Colleague[] = [
  ['zhouting', '值班员 周婷', 'operator'],
  ['zhanghua', '值班长 张华', 'supervisor'],
  ['liuyang', '值班员 刘洋', 'operator'],
  ['hejun', '值班员 何军', 'operator'],
  ['chenfeng', '抢险队 陈峰', 'emergencyTeam'],
  ['yangjing', '值班长 杨静', 'supervisor'],
  ['huanglei', '值班员 黄磊', 'operator'],
  ['linna', '值班员 林娜', 'operator'],
  ['wubin', '抢险队 吴斌', 'emergencyTeam'],
  ['xuming', '值班长 徐明', 'supervisor'],
  ['sunli', '值班员 孙丽', 'operator'],
  ['guowei', '值班员 郭伟', 'operator'],
  ['maqiang', '抢险队 马强', 'emergencyTeam'],
];
/** Lead, operator, operator of the storage area, emergency team. */
const teams = [
  ['supervisor', 'duty', 'zhouting', 'team'],
  ['zhanghua', 'liuyang', 'hejun', 'chenfeng'],
  ['yangjing', 'huanglei', 'linna', 'wubin'],
  ['xuming', 'sunli', 'guowei', 'maqiang'],
] as const;

interface DemoDutyParts {
  readonly plant: Plant;
  readonly access: AccessControl;
  readonly people: People;
  readonly roster: RosterStore;
  readonly clock: Clock;
}

/** Does nothing twice. A roster that has run out goes on from today. */
export async function makeDemoDuty(parts: DemoDutyParts): Promise<void> {
  // Demo accounts exist only while bound to loopback.
  if ((await parts.access.person('duty')) === null) return;
  await makeColleagues(parts);
  await makeRoster(parts);
}

async function makeColleagues({ access, people }: DemoDutyParts): Promise<void> {
  const known = new Set((await people.users()).map((user) => user.username));
  await Promise.all(
    colleagues
      .filter(([username]) => !known.has(username))
      .map(([username, displayName, role]) =>
        access.addUser({ username, displayName, role, stationIds: null, password: randomBytes(24).toString('base64url') }, systemActor),
      ),
  );
  for (const [index, username] of teams.flat().entries()) {
    if ((await people.contact(username)).version > 0) continue;
    // No such number is given out: a demo that is connected to a gateway by mistake calls nobody.
    const mobile = `+8610000000${String(index + 1).padStart(2, '0')}`;
    await people.setContact(username, 0, { ...noContact, mobile, email: `${username}@demo-gas.example` }, systemActor);
  }
}

async function makeRoster({ plant, roster, clock }: DemoDutyParts): Promise<void> {
  const [rotation] = plant.duty.rotations;
  const [now] = shiftsAt(dutyPlaceOf(plant), clock.nowMs());
  if (rotation === undefined || now === undefined) return;
  const today = dateAt(clock.nowMs(), plant.company.timeZone);
  if ((await roster.between(addDays(today, 1), addDays(today, 7))).length > 0) return;
  const from = addDays(mondayOf(today), -7);
  const days = weeks * 7;
  // The first team has the shift of now, on the first of its days.
  const firstDay = rotation.cycle.indexOf(now.shift.id) - daysBetween(from, now.date);
  const entries = rotate(rotation, teams.map(membersOf), { from, days, firstDay });
  await roster.fillFromRotation(entries, { from, to: addDays(from, days - 1) }, 'replace', systemActor, rotation.id);
}

function membersOf([lead, operator, storage, emergency]: readonly [string, string, string, string]): TeamMember[] {
  const everywhere = { stationIds: null, areaIds: null };
  return [
    { username: lead, positionId: 'lead', ...everywhere },
    { username: operator, positionId: 'operator', ...everywhere },
    { username: storage, positionId: 'operator', stationIds: null, areaIds: ['storage'] },
    { username: emergency, positionId: 'emergency', ...everywhere },
  ];
}
