import { expect, test } from 'vitest';
import { responseSteps } from './response-steps.ts';

test.each([
  ['检查出站压力', ['检查出站压力']],
  ['关闭进站阀；通知上游；启动预案', ['关闭进站阀', '通知上游', '启动预案']],
  ['1. Close the valve\n2. Call upstream', ['Close the valve', 'Call upstream']],
  ['1. Close the valve. 2. Call 119.', ['Close the valve.', 'Call 119.']],
  ['①关阀②通知', ['关阀', '通知']],
  ['若压力高于 2.5 MPa，关闭切断阀', ['若压力高于 2.5 MPa，关闭切断阀']],
])('%s', (text, steps) => {
  expect(responseSteps(text)).toEqual(steps);
});
