// What a server that has started says: where it is, what it watches, how to sign in.
import type { Plant } from '../domain/plant/plant.ts';

export function welcomeText(facts: {
  readonly address: string;
  readonly isDemo: boolean;
  readonly plant: Plant;
  readonly controlUrl: string | null;
  readonly firstPasswords: readonly { readonly username: string; readonly password: string }[];
}): string {
  const { plant } = facts;
  const lines = [
    '',
    `  Gatewatch 站哨  ${facts.address}`,
    `  ${plant.company.name.zh} / ${plant.company.name.en}: ${plant.stations.length} stations, ${plant.points.length} points, ${plant.alarms.length} alarms`,
  ];
  if (facts.isDemo) {
    lines.push('  Demo sign-ins (name / password): duty / duty-demo, supervisor / supervisor-demo, team / team-demo,');
    lines.push('                                   engineer / engineer-demo, auditor / auditor-demo, admin / admin-demo');
  }
  if (facts.controlUrl !== null) lines.push(`  Make something happen: ${facts.controlUrl}`);
  for (const { username, password } of facts.firstPasswords)
    lines.push(`  First administrator: ${username} / ${password}  (shown once; change it after signing in)`);
  lines.push('  Ctrl-C stops everything.', '');
  return lines.join('\n');
}
