// The rule pack in force: `obligation-pack.yaml` of the data folder where there is one, else the one that comes with the program. A pack with a fault
// stops the start with its place: obligations judged by half a pack would be worse than none.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type RulePack, rulePackSchema } from '../../domain/obligations/rule-pack.ts';

const shipped = new URL('./packs/town-gas-safety-plan.yaml', import.meta.url);
const ownName = 'obligation-pack.yaml';

export function readRulePack(dataDir: string): RulePack {
  const own = path.join(dataDir, ownName);
  return existsSync(own)
    ? parseRulePack(readFileSync(own, 'utf8'), own)
    : parseRulePack(readFileSync(shipped, 'utf8'), 'the pack of the program');
}

export function parseRulePack(text: string, from: string): RulePack {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new Error(`${from} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = rulePackSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 10).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${from} cannot be used: ${faults.join('; ')}`);
}
