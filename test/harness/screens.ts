// Every screen, with an address that shows it full: walked through, and taken pictures of.
import type { PosedPlant } from './posed-plant.ts';

export interface ScreenToSee {
  /** Also the name of its picture. */
  readonly name: string;
  /** Who looks at it: a demo account. */
  readonly person: 'duty' | 'engineer' | 'admin';
  readonly address: (posed: PosedPlant) => string;
  /** There when it is complete. */
  readonly ready: string;
}

const screen = (name: string, person: ScreenToSee['person'], address: string | ScreenToSee['address'], ready: string): ScreenToSee => ({
  name,
  person,
  address: typeof address === 'string' ? () => address : address,
  ready,
});

export const screens: readonly ScreenToSee[] = [
  screen('overview', 'duty', '/', '[data-tile]'),
  screen('network', 'duty', '/?view=network', '#content svg'),
  screen('station', 'duty', '/stations/RS-01', '[data-testid=mimic]'),
  screen('faceplate', 'duty', '/stations/RS-01?point=RS-01.PT-301', 'dialog[open] .recent-trend, [data-testid=faceplate]'),
  screen('alarms', 'duty', '/alarms', '[data-testid=alarm-row]'),
  screen('journal', 'duty', '/alarms?tab=journal', '[data-testid=journal]'),
  screen('alarm', 'duty', '/alarms/RS-01.GD-501.highHigh', '#content h1, #content h2'),
  screen('incidents', 'duty', '/incidents', '#content a[href^="/incidents/"]'),
  screen('incident', 'duty', ({ incidentId }) => `/incidents/${incidentId}`, '#content h1, #content h2'),
  screen('hazards', 'duty', '/hazards', '[data-testid=hazard-table], [data-testid=hazards] .empty'),
  screen('hazards-board', 'duty', '/hazards?tab=board', '[data-testid=hazard-board]'),
  screen('hazards-statistics', 'duty', '/hazards?tab=statistics', '[data-testid=hazard-statistics]'),
  screen('hazards-audit', 'engineer', '/hazards?tab=audit', '[data-testid=audit]'),
  screen('calibrations', 'engineer', '/hazards?tab=calibration', '[data-testid=calibrations]'),
  screen('patrols', 'duty', '/patrols', '[data-testid=patrols] table, [data-testid=patrols] .empty'),
  screen('trends', 'duty', '/trends?points=RS-01.PT-301,RS-01.PT-101;RS-01.GD-501&minutes=30', '[data-testid=trend-holder]'),
  screen('duty', 'duty', '/duty', '[data-testid=duty]'),
  screen('roster', 'duty', '/duty?tab=roster', '[data-testid=duty] table, [data-testid=duty] .roster'),
  screen('obligations', 'admin', '/obligations', '#content h1'),
  screen('video', 'admin', '/video', '[data-testid=video-counts]'),
  screen('camera', 'duty', '/video/RS-01.CAM-1', '[data-testid=camera]'),
  screen('evidence', 'admin', '/evidence', '[data-testid=evidence-screen]'),
  screen('replay', 'duty', '/replay', '#content button'),
  screen('performance', 'duty', '/performance', '#content table'),
  screen('notifications', 'duty', '/notifications', '#content table, #content .empty'),
  screen('alarm-settings', 'engineer', '/alarm-settings', '[data-testid=settings-table]'),
  screen('engineering', 'engineer', '/engineering', '#content table'),
  screen('engineering-device', 'engineer', '/engineering?device=RS-01.PLC-1', '#content table'),
  screen('engineering-profiles', 'engineer', '/engineering?tab=profiles', '[data-testid=profiles] details'),
  screen('engineering-plant', 'engineer', '/engineering?tab=plant', '[data-testid=plant-tab]'),
  screen('engineering-versions', 'engineer', '/engineering?tab=versions', '[data-testid=plant-versions]'),
  screen('health', 'admin', '/health', '[data-testid=health-verdict]'),
  screen('people', 'admin', '/people', '#content table'),
  screen('wall', 'duty', '/wall', '[data-tile]'),
];

/** The same of the phone app, for the emergency team. */
export const phoneScreens: readonly (Omit<ScreenToSee, 'person'> & { readonly person: 'team' })[] = [
  { name: 'phone-incidents', person: 'team', address: () => '/phone/', ready: '[data-testid=incident-row]' },
  {
    name: 'phone-incident',
    person: 'team',
    address: ({ incidentId }) => `/phone/incidents/${incidentId}`,
    ready: '[data-testid=point-line]',
  },
  { name: 'phone-alarms', person: 'team', address: () => '/phone/alarms', ready: '[data-testid=alarm-row]' },
  { name: 'phone-station', person: 'team', address: () => '/phone/stations/RS-01', ready: '[data-testid=point-line]' },
  { name: 'phone-hazards', person: 'team', address: () => '/phone/hazards', ready: '[data-testid^="hazard-"]' },
  { name: 'phone-patrols', person: 'team', address: () => '/phone/patrols', ready: '[data-testid^="patrol"]' },
];
