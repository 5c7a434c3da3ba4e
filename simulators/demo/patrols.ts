// Rounds of the demo plant: gate stations are walked every two hours, all others once a shift, and every station has its fire, fence and sign check once a day.
import { named } from './station-builder.ts';

const item = (id: string, zh: string, en: string, reading?: object): object => ({
  id,
  text: named([zh, en]),
  ...(reading === undefined ? {} : { reading }),
});
const place = (id: string, zh: string, en: string, more: object = {}): object => ({ id, name: named([zh, en]), ...more });

const withRegulators = ['gate', 'regulating', 'district'];

export const demoPatrols = {
  places: [
    place('gate', '大门与值班室', 'Gate and guard room', { hint: named(['门内左侧墙上', 'On the wall left of the gate']) }),
    place('skid', '调压区', 'Regulating area', {
      stationTypes: withRegulators,
      hint: named(['A 路切断阀旁', 'Beside the slam-shut of run A']),
    }),
    place('tanks', '罐区', 'Tank area', { stationTypes: ['storage', 'lng', 'lpg'], hint: named(['围堰入口', 'At the dike entrance']) }),
    place('compressors', '压缩机房', 'Compressor house', { stationTypes: ['cng'], hint: named(['门外右侧', 'Right of the door']) }),
    place('fence', '围墙', 'Fence', { hint: named(['东北角', 'North-east corner']) }),
    place('fire', '消防器材点', 'Fire point', { hint: named(['器材箱门内', 'Inside the cabinet door']) }),
  ],
  rounds: [
    {
      id: 'twoHours',
      name: named(['门站两小时巡查', 'Two-hour patrol']),
      stationTypes: ['gate'],
      times: Array.from({ length: 12 }, (_, index) => `${String(index * 2).padStart(2, '0')}:00`),
      within: '110min',
      warnBefore: '20min',
      lateFor: '1h',
      points: [
        { place: 'gate', items: [item('locked', '大门关闭，出入登记完整', 'Gate closed, visitors written down')] },
        {
          place: 'skid',
          photo: true,
          items: [
            item('smell', '无异味、无漏气声', 'No smell, no hissing'),
            item('outlet', '出站压力表', 'Outlet pressure gauge', { unit: 'MPa', min: 0.3, max: 0.45 }),
          ],
        },
        { place: 'fence', items: [item('intact', '围墙与铁丝网完好', 'Fence and wire intact')] },
      ],
    },
    {
      id: 'shift',
      name: named(['每班巡查', 'Shift patrol']),
      stationTypes: ['regulating', 'district', 'storage', 'cng', 'lng', 'lpg'],
      times: ['00:00', '08:00', '16:00'],
      within: '7h',
      warnBefore: '1h',
      lateFor: '1h',
      points: [
        { place: 'gate' },
        { place: 'skid', items: [item('smell', '无异味、无漏气声', 'No smell, no hissing')] },
        { place: 'tanks', items: [item('frost', '罐体与阀门无结霜、无泄漏', 'No frost, no leak at tanks and valves')] },
        { place: 'compressors', items: [item('oil', '油位正常', 'Oil level as it should be')] },
        { place: 'fence' },
      ],
    },
    {
      id: 'site',
      kind: 'checkList',
      name: named(['消防、围墙、疏散标识检查', 'Fire, fence and sign check']),
      times: ['08:00'],
      within: '15h',
      warnBefore: '2h',
      lateFor: '30min',
      points: [
        {
          place: 'fire',
          photo: true,
          items: [
            item('extinguishers', '灭火器在位、压力在绿区', 'Extinguishers in place, needle in the green'),
            item('hydrant', '消火栓、水带齐全', 'Hydrant and hoses complete'),
            item('lane', '消防车通道畅通', 'Lane for fire engines free'),
          ],
        },
        { place: 'fence', items: [item('wire', '围墙铁丝网完好', 'Barbed wire of the fence intact')] },
        { place: 'gate', items: [item('signs', '疏散引导图示、警示标志清晰', 'Evacuation and warning signs readable')] },
      ],
    },
  ],
};
