// The columns of the settings table, in order.

export const settingsColumns = [
  'alarm',
  'kind',
  'setpoint',
  'deadband',
  'onDelay',
  'offDelay',
  'after',
  'latching',
  'priority',
  'class',
  'consequenceClass',
  'responseTime',
  'findings',
] as const;
export type SettingsColumn = (typeof settingsColumns)[number];
