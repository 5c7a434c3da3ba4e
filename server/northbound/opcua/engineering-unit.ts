// Units of measure as OPC UA states them: by UNECE code where there is one, else by the text alone. Source: OPC UA Part 8, 5.6.4.3; UNECE Recommendation 20.
import { type EUInformation, makeEUInformation } from 'node-opcua';

const uneceUri = 'http://www.opcfoundation.org/UA/units/un/cefact';
const ownUri = 'urn:gatewatch:units';

const uneceCodes: Readonly<Record<string, string>> = {
  MPa: 'MPA',
  kPa: 'KPA',
  Pa: 'PAL',
  bar: 'BAR',
  mbar: 'MBR',
  '°C': 'CEL',
  K: 'KEL',
  '%': 'P1',
  ppm: '59',
  'm³/h': 'MQH',
  'm³': 'MTQ',
  V: 'VLT',
  A: 'AMP',
  kW: 'KWT',
  kWh: 'KWH',
  Hz: 'HTZ',
  s: 'SEC',
  min: 'MIN',
  h: 'HUR',
  d: 'DAY',
  mm: 'MMT',
  m: 'MTR',
  'mm/s': 'C16',
  'm/s': 'MTS',
  kg: 'KGM',
  t: 'TNE',
  'mg/m³': 'GP',
  L: 'LTR',
};

export function engineeringUnit(unit: string): EUInformation {
  const code = uneceCodes[unit];
  const information = makeEUInformation(code ?? '', unit, unit);
  information.namespaceUri = code === undefined ? ownUri : uneceUri;
  if (code === undefined) information.unitId = -1;
  return information;
}
