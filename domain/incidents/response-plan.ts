// Response plans: what is to be done in an incident, by whom and how soon, and what the team must know of the place. Data of the plant file, put together per station.
import { z } from 'zod';
import { type LocalizedText, localizedTextViewSchema } from '../text/localized-text.ts';

export const planRoles = ['duty', 'supervisor', 'emergencyTeam', 'engineer', 'management'] as const;
export type PlanRole = (typeof planRoles)[number];

export const planItemViewSchema = z.object({
  id: z.string(),
  role: z.enum(planRoles),
  text: localizedTextViewSchema,
  /** Minutes after the opening by which it should be done; null: no time given. */
  targetMinutes: z.number().nullable(),
  /** Asked for at closing where it was not ticked. */
  isRequired: z.boolean(),
});
export type PlanItem = z.output<typeof planItemViewSchema>;

const placeViewSchema = z.object({ latitude: z.number(), longitude: z.number() }).nullable();

export const planViewSchema = z.object({
  /** Ids of the plans that it was put together from, and the date of the newest. */
  planIds: z.array(z.string()),
  revised: z.string().nullable(),
  items: z.array(planItemViewSchema),
  contacts: z.array(z.object({ name: localizedTextViewSchema, role: localizedTextViewSchema, phone: z.string() })),
  hydrants: z.array(z.object({ name: localizedTextViewSchema, note: localizedTextViewSchema.nullable(), position: placeViewSchema })),
  valves: z.array(
    z.object({
      name: localizedTextViewSchema,
      isolates: localizedTextViewSchema.nullable(),
      position: placeViewSchema,
      pointId: z.string().nullable(),
    }),
  ),
  /** How to get in: gate, key, dog, power lines. */
  access: z.array(localizedTextViewSchema),
});
export type PlanView = z.output<typeof planViewSchema>;

/**
 * The plan of one station for one kind of incident: plans by type first, then the station's own; an item with the same id is replaced by the later.
 * `kind` null: every item, whatever the kind.
 */
export function planFor(
  plans: readonly ResponsePlan[],
  station: { readonly id: string; readonly type: string },
  kind: string | null,
): PlanView {
  const names = (plan: ResponsePlan) => plan.stations?.includes(station.id) === true;
  const byType = plans.filter(
    (plan) =>
      !names(plan) &&
      (plan.stationTypes?.includes(station.type) === true || (plan.stations === undefined && plan.stationTypes === undefined)),
  );
  const applying = [...byType, ...plans.filter(names)];
  const items = new Map<string, PlanItem>();
  for (const plan of applying) {
    for (const item of plan.items) {
      if (kind !== null && item.kinds !== undefined && !item.kinds.includes(kind)) continue;
      items.set(item.id, {
        id: item.id,
        role: item.role,
        text: item.text,
        targetMinutes: item.targetMinutes ?? null,
        isRequired: item.required,
      });
    }
  }
  const revisions = applying.flatMap((plan) => (plan.revised === undefined ? [] : [plan.revised])).sort();
  return {
    planIds: applying.map((plan) => plan.id),
    revised: revisions.at(-1) ?? null,
    items: [...items.values()].sort((a, b) => (a.targetMinutes ?? Number.MAX_VALUE) - (b.targetMinutes ?? Number.MAX_VALUE)),
    contacts: applying.flatMap((plan) => plan.contacts.map((contact) => ({ ...contact }))),
    hydrants: applying.flatMap((plan) =>
      plan.hydrants.map(({ name, note, position }) => ({ name, note: note ?? null, position: position ?? null })),
    ),
    valves: applying.flatMap((plan) =>
      plan.valves.map(({ name, isolates, position, tag }) => ({
        name,
        isolates: isolates ?? null,
        position: position ?? null,
        pointId: tag === undefined ? null : `${station.id}.${tag}`,
      })),
    ),
    access: applying.flatMap((plan) => (plan.access === undefined ? [] : [plan.access])),
  };
}

interface PlanPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/** 119, 120, 110 …: everybody's, and not to be called to see whether somebody answers. */
export function isPublicEmergencyNumber(phone: string): boolean {
  return /^(110|112|119|120|122|911|999)$/.test(phone.replaceAll(/[^\d]/g, ''));
}

/** One plan of the plant file; where neither stations nor types are named it applies everywhere. */
export interface ResponsePlan {
  readonly id: string;
  readonly revised?: string | undefined;
  readonly stations?: readonly string[] | undefined;
  readonly stationTypes?: readonly string[] | undefined;
  readonly items: readonly {
    readonly id: string;
    readonly role: PlanRole;
    readonly text: LocalizedText;
    readonly targetMinutes?: number | undefined;
    readonly required: boolean;
    readonly kinds?: readonly string[] | undefined;
  }[];
  readonly contacts: readonly { readonly name: LocalizedText; readonly role: LocalizedText; readonly phone: string }[];
  readonly hydrants: readonly {
    readonly name: LocalizedText;
    readonly note?: LocalizedText | undefined;
    readonly position?: PlanPlace | undefined;
  }[];
  readonly valves: readonly {
    readonly name: LocalizedText;
    readonly isolates?: LocalizedText | undefined;
    readonly position?: PlanPlace | undefined;
    readonly tag?: string | undefined;
  }[];
  readonly access?: LocalizedText | undefined;
}
