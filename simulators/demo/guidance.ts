// What an operator is told by the demo plant's alarms: cause, consequence, response and the time there is, by what a point is for and the kind of alarm.
// Fills in what a point has not said itself. A real plant's texts come from its own rationalisation; these show what good ones look like.

type Text = readonly [zh: string, en: string];
type Row = readonly [cause: Text, consequence: Text, response: Text, responseTime: string];

const byRole: Readonly<Record<string, Row>> = {
  'inletPressure.high': [
    ['上游压力升高', 'Upstream pressure rises'],
    ['调压器负荷加重，可能超压', 'The regulators work harder; over-pressure may follow'],
    ['联系上游调度，核对进站压力表', 'Call the upstream dispatcher, compare with the local gauge'],
    '30min',
  ],
  'inletPressure.low': [
    ['上游供气减少或用气高峰', 'Upstream supplies less, or peak demand'],
    ['供气裕度下降', 'Less margin for the customers'],
    ['核对上游压力与各站流量，准备调峰', 'Compare upstream pressure and flows, prepare peak shaving'],
    '30min',
  ],
  'inletPressure.rateOfChange': [
    ['上游阀门动作或管道泄漏', 'A valve upstream has moved, or the pipeline leaks'],
    ['下游压力随之下降', 'Downstream pressure falls too'],
    ['核对进站压力；与上游联系；必要时关阀', 'Check the inlet pressure; call upstream; close the valve if needed'],
    '5min',
  ],
  'outletPressure.high': [
    ['调压器关闭压力升高或调节不稳', 'The regulator locks up high or hunts'],
    ['下游压力偏高，监控调压器可能接管', 'High pressure downstream; the monitor may take over'],
    ['比较两路压力，安排调压器检查', 'Compare both runs, have the regulator looked at'],
    '30min',
  ],
  'outletPressure.low': [
    ['用气高峰、过滤器堵塞或调压器故障', 'Peak demand, a blocked filter or a failing regulator'],
    ['末端用户压力不足', 'Customers at the end get too little pressure'],
    ['检查过滤器压差，投用备用路', 'Check the filter’s differential pressure, bring in the standby run'],
    '30min',
  ],
  'outletPressure.deviation': [
    ['设定值漂移或调压器磨损', 'The set-point has drifted, or the regulator is worn'],
    ['压力质量下降，故障的先兆', 'Poorer pressure; an early sign of a fault'],
    ['记录，安排校调', 'Note it, have it adjusted'],
    '8h',
  ],
  'filterDifferentialPressure.high': [
    ['滤芯积尘', 'The element collects dust'],
    ['通过能力下降', 'Less can pass'],
    ['安排切换与排污', 'Plan to change over and drain'],
    '8h',
  ],
  'filterDifferentialPressure.highHigh': [
    ['滤芯堵塞', 'The element is blocked'],
    ['滤芯破损，杂质进入调压器', 'The element may burst and dirt reach the regulator'],
    ['切换到备用路，更换滤芯', 'Change to the standby run, replace the element'],
    '1h',
  ],
  'gasTemperature.high': [
    ['环境温度高或加热过度', 'Hot weather, or too much heating'],
    ['计量偏差增大', 'Metering becomes less exact'],
    ['检查加热器设定', 'Check the setting of the heater'],
    '2h',
  ],
  'gasTemperature.low': [
    ['节流降温，加热不足', 'Cooling by throttling, too little heating'],
    ['结霜、冰堵，调压器失灵', 'Frost and ice may block the regulator'],
    ['检查加热器，观察出站压力', 'Check the heater, watch the outlet pressure'],
    '1h',
  ],
  'flow.high': [
    ['用气高峰，或下游管道泄漏', 'Peak demand, or a leak downstream'],
    ['超过流量计量程，压力下降', 'Beyond the meter’s range, pressure falls'],
    ['核对下游压力与用户用量，排除泄漏', 'Compare downstream pressures and demand, rule out a leak'],
    '30min',
  ],
  'monitorTravel.low': [
    ['工作调压器失效', 'The worker regulator has failed'],
    ['只剩监控调压器保护下游', 'Only the monitor protects what lies downstream'],
    ['切换到备用路，检修工作调压器', 'Change to the standby run, repair the worker'],
    '1h',
  ],
  'shutoffValve.state': [
    ['手动或联锁关阀，仪表风失压', 'Closed by hand or interlock, or instrument air lost'],
    ['下游停气', 'Customers lose gas'],
    ['查明关阀原因，确认下游供气', 'Find out why it closed, secure the supply'],
    '10min',
  ],
  'relief.state': [
    ['出站超压', 'Over-pressure at the outlet'],
    ['燃气放散，周围有燃爆危险', 'Gas is vented; danger of fire around'],
    ['检查出站压力与切断阀，警戒放散口', 'Check outlet pressure and slam-shut, keep people off the vent'],
    '5min',
  ],
  'emergencyStop.state': [
    ['现场人员按下紧急按钮', 'Somebody on site has pressed the button'],
    ['全站切断，下游停气', 'The station is shut; customers lose gas'],
    ['立即联系现场，核实险情，启动应急预案', 'Call the site at once, find out what has happened, start the emergency plan'],
    '3min',
  ],
  'flameDetector.state': [
    ['站内起火，或强光误报', 'Fire on site, or bright light'],
    ['火灾、爆炸', 'Fire and explosion'],
    ['看视频核实，切断气源，报火警 119', 'Look at the camera, shut off the gas, call the fire brigade (119)'],
    '3min',
  ],
  'batteryState.state': [
    ['市电中断', 'Mains lost'],
    ['UPS 耗尽后失去监视', 'Blind when the UPS is empty'],
    ['查剩余时间，联系供电，准备发电机', 'See the time left, call the utility, prepare the generator'],
    '30min',
  ],
  'charge.low': [
    ['市电中断或充电故障', 'Mains lost, or the charger fails'],
    ['监视将中断', 'Monitoring will be lost'],
    ['恢复市电或接发电机', 'Restore the mains or connect the generator'],
    '30min',
  ],
  'charge.lowLow': [
    ['市电长时间中断', 'Mains lost for long'],
    ['监视即将中断', 'Monitoring is about to be lost'],
    ['派人到站值守，接发电机', 'Send somebody to watch on site, connect the generator'],
    '10min',
  ],
  'minutesLeft.low': [
    ['电量不足或负载过大', 'Little charge, or too much load'],
    ['监视将中断', 'Monitoring will be lost'],
    ['减少负载，恢复市电', 'Shed load, restore the mains'],
    '30min',
  ],
  'door.state': [
    ['有人进站或门未关好', 'Somebody has come in, or it was left open'],
    ['无关人员接触设备', 'Strangers may reach the equipment'],
    ['看视频核实，与登记人员核对', 'Look at the camera, compare with who is signed in'],
    '10min',
  ],
  'perimeter.state': [
    ['有人或动物越过围墙', 'A person or an animal has crossed the fence'],
    ['破坏、盗窃、误操作', 'Damage, theft or meddling'],
    ['看视频核实，派人到场，必要时报警 110', 'Look at the camera, send somebody, call the police (110) if needed'],
    '10min',
  ],
  'odorantLevel.low': [
    ['加臭剂将用完', 'Odorant runs low'],
    ['用户闻不到漏气', 'Customers would not smell a leak'],
    ['安排补充加臭剂', 'Order a refill'],
    '8h',
  ],
  'odorantLevel.lowLow': [
    ['加臭剂即将用尽', 'Odorant is nearly gone'],
    ['用户闻不到漏气', 'Customers would not smell a leak'],
    ['今日内补充', 'Refill today'],
    '4h',
  ],
  'odorantRate.high': [
    ['加臭泵冲程过大或流量信号错误', 'Too much stroke, or a wrong flow signal'],
    ['气味过重，误报增多', 'Strong smell, many false reports'],
    ['核对流量与泵设定', 'Compare flow and pump setting'],
    '2h',
  ],
  'odorantRate.low': [
    ['加臭泵故障或管路堵塞', 'The pump fails or its line is blocked'],
    ['用户闻不到漏气', 'Customers would not smell a leak'],
    ['切换备用泵，检查管路', 'Change to the standby pump, check the line'],
    '1h',
  ],
  'tankLevel.high': [
    ['进液过多', 'Filled too far'],
    ['安全空间不足', 'Too little room above the liquid'],
    ['停止进液，核对液位计', 'Stop filling, compare with the local gauge'],
    '30min',
  ],
  'tankLevel.low': [
    ['用量大或补液不及时', 'Much used, or not refilled in time'],
    ['供气能力下降', 'Less can be supplied'],
    ['安排补液', 'Order a delivery'],
    '8h',
  ],
  'tankLevel.lowLow': [
    ['储量即将用尽', 'The tank is nearly empty'],
    ['泵抽空、停供', 'The pump runs dry, supply stops'],
    ['切换储罐，停泵', 'Change tanks, stop the pump'],
    '30min',
  ],
  'tankPressure.high': [
    ['温度升高或进液过快', 'Heat, or filled too fast'],
    ['接近安全阀起跳', 'Near the relief valve’s setting'],
    ['停止进料，开喷淋降温', 'Stop filling, cool with the water spray'],
    '15min',
  ],
  'tankPressure.highHigh': [
    ['充装失控或受热', 'Filling out of control, or heat'],
    ['安全阀起跳，燃气放散', 'The relief valve opens, gas is vented'],
    ['立即停止进料，确认放散，疏散附近人员', 'Stop filling at once, see to the vent, clear the area'],
    '5min',
  ],
  'tankTemperature.high': [
    ['日照或附近热源', 'Sun, or a source of heat nearby'],
    ['罐压升高', 'The pressure rises'],
    ['开喷淋，观察罐压', 'Turn on the spray, watch the pressure'],
    '1h',
  ],
  'tankTemperature.highHigh': [
    ['严重受热', 'Much heat'],
    ['罐压危险升高', 'The pressure rises dangerously'],
    ['开喷淋，停止作业，查找热源', 'Turn on the spray, stop work, find the heat'],
    '10min',
  ],
  'compressorSuction.low': [
    ['进气不足或过滤器堵塞', 'Too little gas, or a blocked filter'],
    ['压缩机停机', 'The compressor trips'],
    ['检查进站压力与过滤器', 'Check inlet pressure and filter'],
    '15min',
  ],
  'compressorDischarge.high': [
    ['下游阀关小或储气已满', 'A valve downstream is throttled, or the storage is full'],
    ['接近停机保护', 'Near its trip'],
    ['检查排气阀与储气压力', 'Check the discharge valve and the storage'],
    '15min',
  ],
  'compressorDischarge.highHigh': [
    ['排气受阻', 'The discharge is blocked'],
    ['超压、设备损坏', 'Over-pressure and damage'],
    ['停机，检查排气管路', 'Stop it, check the discharge line'],
    '3min',
  ],
  'oilPressure.low': [
    ['油位低或油泵故障', 'Low oil, or the pump fails'],
    ['轴承损坏', 'Bearings are damaged'],
    ['停机检查油位', 'Stop it, check the oil'],
    '10min',
  ],
  'vibration.high': [
    ['松动、不平衡或轴承磨损', 'Loose, out of balance, or worn bearings'],
    ['机械损坏', 'Mechanical damage'],
    ['减载观察，安排停机检查', 'Lower the load, plan a stop to look'],
    '30min',
  ],
  'temperature.high': [
    ['冷却不足或负荷过大', 'Too little cooling, or too much load'],
    ['设备停机或损坏', 'It trips or is damaged'],
    ['检查冷却水与负荷', 'Check cooling water and load'],
    '1h',
  ],
};

/** Points without a role of their own, by the beginning of their English name. */
const byName: readonly (readonly [pattern: RegExp, row: Row])[] = [
  [
    /^Dispenser \d+ pressure/,
    [
      ['售气机调压失效', 'The dispenser’s regulation fails'],
      ['车载瓶超压', 'The vehicle’s cylinder is over-pressured'],
      ['停用该加气机', 'Take the dispenser out of use'],
      '3min',
    ],
  ],
  [
    /^Dispenser \d+ breakaway/,
    [
      ['车辆未拔枪驶离', 'A vehicle drove off with the hose'],
      ['燃气外泄', 'Gas escapes'],
      ['切断该枪气源，疏散车辆', 'Shut off this hose, move the vehicles away'],
      '3min',
    ],
  ],
  [
    /dew point/,
    [['上游脱水不足', 'The gas is too wet'], ['结冰、腐蚀', 'Ice and corrosion'], ['通知上游，加强加热', 'Tell upstream, heat more'], '4h'],
  ],
  [
    /cooling water/,
    [
      ['水泵停转或水量不足', 'The pump stands still, or too little water'],
      ['压缩机过热停机', 'The compressor overheats and trips'],
      ['检查水泵与水位', 'Check the pump and the level'],
      '15min',
    ],
  ],
  [
    /motor current/,
    [
      ['过载或缺相', 'Overload, or a lost phase'],
      ['电机烧毁', 'The motor burns out'],
      ['减载，检查供电', 'Lower the load, check the supply'],
      '15min',
    ],
  ],
  [
    /sulphide/,
    [
      ['上游气质异常', 'The gas from upstream is off'],
      ['腐蚀，人员中毒', 'Corrosion; poisonous to people'],
      ['通知上游，复测，现场人员戴防护', 'Tell upstream, measure again, protect people on site'],
      '30min',
    ],
  ],
  [
    /^Pump \d+ discharge/,
    [
      ['出口阀关小或管路堵塞', 'The outlet valve is throttled, or the line blocked'],
      ['管路超压', 'Over-pressure in the line'],
      ['停泵，检查出口阀', 'Stop the pump, check the outlet valve'],
      '10min',
    ],
  ],
  [
    /heater temperature/,
    [
      ['燃烧控制异常', 'The burner’s control is off'],
      ['加热失常，出站温度偏离', 'Heating fails, the outlet temperature drifts'],
      ['检查燃烧器与水位', 'Check the burner and the water'],
      '30min',
    ],
  ],
  [
    /^Heater flame/,
    [
      ['燃气中断或点火故障', 'Its gas is lost, or ignition fails'],
      ['出站温度下降，可能冰堵', 'The outlet gets cold; ice may block it'],
      ['现场确认无泄漏后重新点火', 'Make sure on site that nothing leaks, then light it again'],
      '30min',
    ],
  ],
  [
    /^Battery voltage/,
    [
      ['电池老化或充电不足', 'An old battery, or too little charge'],
      ['柜内终端停止工作', 'The cabinet’s RTU stops'],
      ['安排更换电池', 'Have the battery replaced'],
      '8h',
    ],
  ],
  [
    /^Unloading arm \d+ breakaway/,
    [
      ['槽车移动，卸车臂拉断', 'The tanker has moved, the arm has parted'],
      ['液化石油气大量外泄', 'LPG escapes in quantity'],
      ['按下紧急停止，关罐根阀，疏散', 'Press the emergency stop, close the tank valves, clear the area'],
      '1min',
    ],
  ],
  [
    /^Unloading arm \d+ earth/,
    [
      ['接地夹脱落', 'The earth clamp has come off'],
      ['静电火花引燃', 'A static spark may ignite the gas'],
      ['停止卸车，重新接地', 'Stop unloading, earth it again'],
      '3min',
    ],
  ],
  [
    /^Detector \d+ stat/,
    [
      ['控制器上停用或检修', 'Disabled at the panel, or being serviced'],
      ['该处没有燃气监测', 'No gas is detected at this place'],
      ['核对检修票，恢复投用或派人巡检', 'Check the work permit; put it back, or have the place walked'],
      '30min',
    ],
  ],
  [
    /margin/,
    [
      ['上游压力低或用气高峰', 'Low pressure upstream, or peak demand'],
      ['出站压力将无法维持', 'The outlet pressure cannot be held'],
      ['联系上游，准备调峰', 'Call upstream, prepare peak shaving'],
      '30min',
    ],
  ],
];

interface AlarmFile {
  readonly kind?: unknown;
  readonly message?: unknown;
}

/** The alarm with what it lacks; unchanged where nothing is known of it. `subject`: the point's role and English name, or the alarm's own message. */
export function withGuidance<A extends AlarmFile>(alarm: A, subject: { readonly role: string; readonly name: string }): A {
  const row = byRole[`${subject.role}.${String(alarm.kind)}`] ?? byName.find(([pattern]) => pattern.test(subject.name))?.[1];
  if (row === undefined) return alarm;
  const [cause, consequence, response, responseTime] = row;
  const text = ([zh, en]: Text) => ({ zh, en });
  return { cause: text(cause), consequence: text(consequence), response: text(response), responseTime, ...alarm };
}
