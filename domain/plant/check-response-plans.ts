// Checks of the incident part of a plant file: plans that name stations and points that exist, ids that are said once, rules with their own names.
import { pointId } from './identifiers.ts';
import type { PlantFile } from './plant-file.ts';
import type { PlantIssues } from './plant-issues.ts';

export function checkResponsePlans(
  file: PlantFile,
  known: {
    readonly stationIndexById: ReadonlyMap<string, number>;
    readonly pointIndexById: ReadonlyMap<string, number>;
    readonly issues: PlantIssues;
  },
): void {
  const { issues } = known;
  const planIds = new Set<string>();
  file.responsePlans.forEach((plan, index) => {
    const path = ['responsePlans', index];
    if (planIds.has(plan.id)) issues.error([...path, 'id'], `response plan ${plan.id} is defined twice`);
    planIds.add(plan.id);
    plan.stations?.forEach((id, position) => {
      if (!known.stationIndexById.has(id)) issues.error([...path, 'stations', position], `station ${id} is not defined`);
    });
    const itemIds = new Set<string>();
    plan.items.forEach((item, position) => {
      if (itemIds.has(item.id)) issues.error([...path, 'items', position, 'id'], `item ${item.id} stands twice in this plan`);
      itemIds.add(item.id);
    });
    plan.valves.forEach((valve, position) => {
      if (valve.tag === undefined) return;
      if (plan.stations === undefined)
        issues.error(
          [...path, 'valves', position, 'tag'],
          'a tag needs a plan that names its stations: there is no point without a station',
        );
      for (const station of plan.stations ?? [])
        if (!known.pointIndexById.has(pointId(station, valve.tag)))
          issues.error([...path, 'valves', position, 'tag'], `${valve.tag} is not a point of station ${station}`);
    });
  });
  const ruleNames = new Set<string>();
  file.incidents.openOn.forEach((rule, index) => {
    if (ruleNames.has(rule.name)) issues.error(['incidents', 'openOn', index, 'name'], `rule ${rule.name} is defined twice`);
    ruleNames.add(rule.name);
  });
}
