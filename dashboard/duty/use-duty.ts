// What several parts of the duty screens know: plan, people, and their words.
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { DutyPlanView, PersonView } from '../../domain/api/duty-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { fetchDutyNow, fetchDutyPlan, fetchPeople } from './duty-requests.ts';

export function useDutyPlan(): DutyPlanView | undefined {
  return useQuery({ queryKey: ['duty', 'plan'], queryFn: ({ signal }) => fetchDutyPlan(signal), staleTime: 600_000 }).data;
}

export function usePeople(): readonly PersonView[] {
  return useQuery({ queryKey: ['duty', 'people'], queryFn: ({ signal }) => fetchPeople(signal) }).data ?? [];
}

/** Read again when duty changes, and often enough that a shift's end is seen. */
export function useDutyNow(isWanted = true) {
  return useQuery({
    queryKey: ['duty', 'now'],
    queryFn: ({ signal }) => fetchDutyNow(signal),
    refetchInterval: 30_000,
    enabled: isWanted,
  });
}

export function useDutyNames() {
  const { text } = useWords();
  const { plant, stations } = usePlant();
  const plan = useDutyPlan();
  const people = usePeople();
  const person = useCallback((username: string) => people.find((found) => found.username === username)?.displayName ?? username, [people]);
  const named =
    (list: readonly { readonly id: string; readonly name: { readonly zh: string; readonly en: string } }[] | undefined) => (id: string) => {
      const found = list?.find((candidate) => candidate.id === id);
      return found === undefined ? id : text(found.name);
    };
  return {
    person,
    shift: named(plan?.shifts),
    position: named(plan?.positions),
    console: named(plan?.consoles),
    station: named(stations),
    area: named(plant.areas),
  };
}
