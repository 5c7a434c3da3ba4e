// Response plans of the demo plant: what everybody does in every incident, what each type of station asks for besides, and what the team must know of each place.
import { named } from './station-builder.ts';

type Name = readonly [zh: string, en: string];
type Kind = 'leak' | 'lineBreak' | 'fire' | 'explosion' | 'supplyInterruption' | 'intrusion' | 'other';
type Role = 'duty' | 'supervisor' | 'emergencyTeam' | 'engineer' | 'management';

const gas: readonly Kind[] = ['leak', 'lineBreak', 'fire', 'explosion'];
const heat: readonly Kind[] = ['fire', 'explosion'];

function item(
  id: string,
  role: Role,
  text: Name,
  targetMinutes: number | null,
  more: { kinds?: readonly Kind[]; required?: false } = {},
): object {
  return { id, role, text: named(text), ...(targetMinutes === null ? {} : { targetMinutes }), ...more };
}

const everywhere = {
  id: 'company',
  revised: '2026-03-01',
  items: [
    item('verify', 'duty', ['核对报警、趋势与视频，联系现场人员', 'Check alarms, trends and video; call whoever is on site'], 2),
    item('callTeam', 'duty', ['通知抢险队出动', 'Call out the emergency team'], 3),
    item('tellHead', 'duty', ['报告单位负责人', 'Tell the head of the unit'], 5),
    item('callFire', 'duty', ['拨打 119、120，说明地点、介质与伤员', 'Call 119 and 120: place, gas, casualties'], 5, { kinds: heat }),
    item('callPolice', 'duty', ['拨打 110，保存录像', 'Call 110, keep the recordings'], 5, { kinds: ['intrusion', 'explosion'] }),
    item('upwind', 'emergencyTeam', ['从上风向接近，车辆停在警戒区外', 'Approach from upwind, leave vehicles outside the cordon'], 25, {
      kinds: gas,
    }),
    item('cordon', 'emergencyTeam', ['设警戒区，禁火、禁手机、断电', 'Set a cordon: no flame, no phones, power off'], 30, { kinds: gas }),
    item('headcount', 'emergencyTeam', ['清点站内人员，疏散周边', 'Count the people on site, clear the surroundings'], 30, { kinds: gas }),
    item('measure', 'emergencyTeam', ['测浓度，划定扩散范围，每 10 分钟复测', 'Measure, mark the extent, again every 10 minutes'], 35, {
      kinds: ['leak', 'lineBreak'],
    }),
    item('users', 'supervisor', ['评估停气范围，通知受影响用户', 'Judge who loses supply, tell the customers'], 45, {
      kinds: ['leak', 'lineBreak', 'fire', 'explosion', 'supplyInterruption'],
    }),
    item('reportAuthority', 'supervisor', ['一小时内报告主管部门', 'Report to the authority within the hour'], 60),
    item(
      'restore',
      'emergencyTeam',
      ['恢复前做气密试验与置换，逐户确认阀门关闭', 'Before restoring: tightness test, purge, every customer valve closed'],
      null,
      {
        kinds: ['leak', 'lineBreak', 'fire', 'explosion', 'supplyInterruption'],
      },
    ),
    item('keepEvidence', 'supervisor', ['保护现场，封存记录', 'Secure the scene and the records'], null, { required: false }),
  ],
  contacts: [
    { name: named(['抢险值班', 'Emergency team']), role: named(['抢险', 'Emergency']), phone: '028-5550-1119' },
    { name: named(['总经理 何川', 'He Chuan, general manager']), role: named(['单位负责人', 'Head of the unit']), phone: '028-5550-1001' },
    { name: named(['区应急管理局', 'District emergency office']), role: named(['主管部门', 'Authority']), phone: '028-5550-2350' },
    { name: named(['消防', 'Fire brigade']), role: named(['灭火救援', 'Fire and rescue']), phone: '119' },
  ],
};

const byType = [
  {
    id: 'gate',
    revised: '2026-03-01',
    stationTypes: ['gate'],
    items: [
      item('callUpstream', 'duty', ['联系上游管道公司降压或关断', 'Ask the upstream company to lower the pressure or shut off'], 5, {
        kinds: gas,
      }),
      item(
        'closeInlet',
        'emergencyTeam',
        ['确认进站 ESD 阀已关，否则手动关闭', 'See that the inlet ESD valve is closed, else close it by hand'],
        30,
        {
          kinds: gas,
        },
      ),
      item('ventOff', 'emergencyTeam', ['站内管段放散', 'Vent the piping of the station'], 45, { kinds: gas, required: false }),
      item('odorant', 'emergencyTeam', ['检查加臭间，防止加臭剂外泄', 'Look after the odorant room'], 40, { kinds: heat }),
      item('otherGate', 'supervisor', ['由另一座门站补充供气', 'Supply from the other gate station'], 20, {
        kinds: ['leak', 'lineBreak', 'fire', 'explosion', 'supplyInterruption'],
      }),
    ],
  },
  {
    id: 'regulating',
    revised: '2026-03-01',
    stationTypes: ['regulating'],
    items: [
      item('closeInlet', 'emergencyTeam', ['关闭进站阀与出站阀', 'Close the inlet and the outlet valve'], 30, { kinds: gas }),
      item('standbyRun', 'emergencyTeam', ['切换备用路，检查切断阀', 'Change over to the other run, check the slam-shuts'], 30, {
        kinds: ['supplyInterruption', 'leak'],
      }),
      item('ring', 'supervisor', ['调整环网供气', 'Feed from the ring'], 20, {
        kinds: ['leak', 'lineBreak', 'fire', 'explosion', 'supplyInterruption'],
      }),
    ],
  },
  {
    id: 'district',
    revised: '2026-02-10',
    stationTypes: ['district'],
    items: [
      item('closeCabinet', 'emergencyTeam', ['关闭调压柜进口阀', 'Close the inlet valve of the cabinet'], 20, { kinds: gas }),
      item(
        'residents',
        'duty',
        ['通知物业疏散楼栋，关闭户内阀', 'Have the property office clear the building and close the valves indoors'],
        10,
        {
          kinds: gas,
        },
      ),
      item('indoor', 'emergencyTeam', ['入户检测，开窗通风', 'Measure indoors, open the windows'], 40, { kinds: ['leak'] }),
    ],
  },
  {
    id: 'storage',
    revised: '2026-03-01',
    stationTypes: ['storage'],
    items: [
      item('rootValve', 'emergencyTeam', ['关闭事故储罐根部阀', 'Close the root valve of the tank'], 15, { kinds: gas }),
      item('spray', 'duty', ['启动喷淋，冷却相邻储罐', 'Start the water spray, cool the neighbouring tanks'], 5, { kinds: heat }),
      item('stopFill', 'duty', ['停止进气与充装', 'Stop filling'], 5),
      item('evacuate', 'supervisor', ['疏散下风向 500 m', 'Clear 500 m downwind'], 20, { kinds: ['fire', 'explosion', 'leak'] }),
    ],
  },
  {
    id: 'cng',
    revised: '2026-01-20',
    stationTypes: ['cng'],
    items: [
      item('stopCompressors', 'duty', ['急停压缩机与加气机', 'Emergency stop of compressors and dispensers'], 3),
      item('clearForecourt', 'emergencyTeam', ['清场：车辆推离，禁止启动', 'Clear the forecourt: push vehicles away, no engines'], 10, {
        kinds: gas,
      }),
      item('isolateBank', 'emergencyTeam', ['关闭储气瓶组出口阀', 'Close the outlet of the storage bank'], 15, { kinds: gas }),
    ],
  },
  {
    id: 'lpg',
    revised: '2026-03-01',
    stationTypes: ['lpg'],
    items: [
      item('stopTransfer', 'duty', ['停泵，停止装卸，关紧急切断阀', 'Stop pumps and loading, close the emergency valves'], 3),
      item('spray', 'duty', ['启动储罐喷淋与水幕', 'Start the tank spray and the water curtain'], 5, { kinds: gas }),
      item('lowPlaces', 'emergencyTeam', ['检查低洼处、地沟、排水口的积聚', 'Look for gas in low places, ducts and drains'], 30, {
        kinds: ['leak'],
      }),
      item('waterInjection', 'engineer', ['罐底泄漏时向罐内注水', 'Where a tank leaks at its bottom, inject water'], 40, {
        kinds: ['leak'],
        required: false,
      }),
    ],
  },
];

function place(
  stationId: string,
  at: readonly [number, number],
  access: Name,
  valves: readonly { readonly name: Name; readonly isolates: Name; readonly tag?: string; readonly shift: readonly [number, number] }[],
  hydrants: readonly { readonly name: Name; readonly note?: Name; readonly shift: readonly [number, number] }[],
): object {
  const position = ([north, east]: readonly [number, number]) => ({
    latitude: Number((at[0] + north / 111_000).toFixed(6)),
    longitude: Number((at[1] + east / 95_000).toFixed(6)),
  });
  return {
    id: stationId.toLowerCase(),
    revised: '2026-03-01',
    stations: [stationId],
    access: named(access),
    valves: valves.map(({ name, isolates, tag, shift }) => ({
      name: named(name),
      isolates: named(isolates),
      position: position(shift),
      ...(tag === undefined ? {} : { tag }),
    })),
    hydrants: hydrants.map(({ name, note, shift }) => ({
      name: named(name),
      position: position(shift),
      ...(note === undefined ? {} : { note: named(note) }),
    })),
  };
}

const inlet = { name: ['进站 ESD 阀', 'Inlet ESD valve'], isolates: ['全站来气', 'All gas into the station'], tag: 'ZS-101' } as const;

/** Shifts are metres north and east of the station's position. */
const places = [
  place(
    'GS-01',
    [30.672, 104.053],
    ['南门进，门卫 24 小时；钥匙 A3 在值班室', 'South gate, guarded day and night; key A3 in the duty room'],
    [
      { ...inlet, shift: [60, -10] },
      { name: ['站外 1 号阀室', 'Valve pit 1 outside'], isolates: ['上游来气', 'The upstream line'], shift: [380, -40] },
    ],
    [
      { name: ['地上消火栓 1', 'Hydrant 1'], note: ['DN100，0.35 MPa', 'DN100, 0.35 MPa'], shift: [-45, 30] },
      { name: ['消防水池', 'Fire water pond'], note: ['400 m³', '400 m³'], shift: [-80, 70] },
    ],
  ),
  place(
    'GS-02',
    [30.541, 104.071],
    ['西门进，限高 3.6 m；夜间先电话联系', 'West gate, 3.6 m high; call ahead at night'],
    [
      { ...inlet, shift: [40, 25] },
      { name: ['站外 2 号阀室', 'Valve pit 2 outside'], isolates: ['上游来气', 'The upstream line'], shift: [-290, 15] },
    ],
    [{ name: ['地上消火栓 1', 'Hydrant 1'], note: ['DN100', 'DN100'], shift: [-30, -40] }],
  ),
  place(
    'RS-01',
    [30.611, 104.04],
    ['高新一路东侧，钥匙 B1 在抢险车', 'East side of Hi-tech road 1; key B1 is in the van'],
    [
      { ...inlet, shift: [12, 4] },
      { name: ['出站球阀 V-302', 'Outlet valve V-302'], isolates: ['出站 0.3 MPa', 'The 0.3 MPa outlet'], shift: [-10, 9] },
    ],
    [{ name: ['市政消火栓 高新 017', 'Street hydrant 017'], shift: [-55, 20] }],
  ),
  place(
    'RS-02',
    [30.605, 104.12],
    ['湖滨公园北门，注意高压线', 'North gate of the park; mind the power line'],
    [
      { ...inlet, shift: [9, -6] },
      { name: ['出站球阀 V-302', 'Outlet valve V-302'], isolates: ['出站 0.3 MPa', 'The 0.3 MPa outlet'], shift: [-12, -4] },
    ],
    [{ name: ['市政消火栓 东湖 004', 'Street hydrant 004'], shift: [70, -15] }],
  ),
  place(
    'DR-01',
    [30.622, 104.082],
    ['锦绣小区 2 号门，柜在 6 栋西侧', 'Gate 2 of the estate, west of block 6'],
    [
      {
        name: ['柜进口球阀', 'Cabinet inlet valve'],
        isolates: ['小区全部用户', 'All customers of the estate'],
        shift: [1, 0],
      },
    ],
    [{ name: ['小区消火栓 3', 'Estate hydrant 3'], shift: [18, -12] }],
  ),
  place(
    'ST-01',
    [30.52, 104.15],
    ['北门进，穿防静电服，交手机与火种', 'North gate; anti-static clothes, leave phones and lighters'],
    [
      { name: ['1 号球罐根部阀', 'Root valve of sphere 1'], isolates: ['1 号球罐', 'Sphere 1'], tag: 'ZS-211', shift: [20, 30] },
      { name: ['2 号球罐根部阀', 'Root valve of sphere 2'], isolates: ['2 号球罐', 'Sphere 2'], tag: 'ZS-221', shift: [20, 60] },
    ],
    [
      { name: ['消防泵房', 'Fire pump house'], note: ['两台 120 L/s', 'two pumps, 120 L/s'], shift: [-60, -50] },
      { name: ['环网消火栓 1–8', 'Hydrants 1 to 8 of the ring'], shift: [0, 80] },
    ],
  ),
  place(
    'CN-01',
    [30.66, 104.1],
    ['加气站入口即站门；急停按钮在棚柱', 'Through the forecourt; emergency stops at the columns'],
    [{ name: ['储气瓶组总阀', 'Main valve of the storage bank'], isolates: ['25 MPa 储气', 'The 25 MPa bank'], shift: [-15, 22] }],
    [{ name: ['地上消火栓 1', 'Hydrant 1'], shift: [25, 25] }],
  ),
  place(
    'LP-01',
    [30.49, 104.02],
    ['上风向门进（东北或西南门），禁止从低处接近', 'Enter upwind (north-east or south-west gate), never from below'],
    [
      { name: ['1 号罐根部阀', 'Root valve of tank 1'], isolates: ['1 号罐', 'Tank 1'], tag: 'ZS-211', shift: [10, -20] },
      { name: ['装卸区紧急切断阀', 'Emergency valve of the loading bay'], isolates: ['装卸臂', 'The loading arms'], shift: [-30, 10] },
    ],
    [
      { name: ['消防水池', 'Fire water pond'], note: ['1000 m³', '1000 m³'], shift: [60, 60] },
      { name: ['消防炮 1–4', 'Monitors 1 to 4'], shift: [15, 15] },
    ],
  ),
];

export const demoResponsePlans: readonly object[] = [everywhere, ...byType, ...places];
