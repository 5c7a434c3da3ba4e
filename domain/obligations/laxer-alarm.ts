// Whether an alarm in force would be raised later, or at a worse value, than the plant file says. Pure.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';

/** Both of the same alarm. What has no level (a state, a formula) is compared by its delay alone. */
export function isLaxer(inForce: AlarmDefinition, ofFile: AlarmDefinition): boolean {
  if (inForce.onDelayMs > ofFile.onDelayMs) return true;
  if (inForce.kind === 'highHigh' || inForce.kind === 'high') return ofFile.kind === inForce.kind && inForce.setpoint > ofFile.setpoint;
  if (inForce.kind === 'low' || inForce.kind === 'lowLow') return ofFile.kind === inForce.kind && inForce.setpoint < ofFile.setpoint;
  if (inForce.kind === 'rateOfChange') return ofFile.kind === 'rateOfChange' && inForce.limitPerMinute > ofFile.limitPerMinute;
  if (inForce.kind === 'deviation') return ofFile.kind === 'deviation' && inForce.limit > ofFile.limit;
  if (inForce.kind !== 'vote' || ofFile.kind !== 'vote' || inForce.condition.compare !== ofFile.condition.compare) return false;
  if (inForce.condition.compare === 'above') return inForce.condition.value > ofFile.condition.value;
  return inForce.condition.compare === 'below' && inForce.condition.value < ofFile.condition.value;
}
