// Which Data Access type a point has. Source: OPC UA Part 8, 5.3.
import { DataType } from 'node-opcua';
import { exhaustive } from '../../../domain/exhaustive.ts';
import { isBinary } from '../binary-point.ts';
import type { ModelPoint } from './opcua-messages.ts';

export interface PointType {
  readonly typeDefinition:
    | 'AnalogUnitRangeType'
    | 'AnalogUnitType'
    | 'TwoStateDiscreteType'
    | 'MultiStateValueDiscreteType'
    | 'DataItemType';
  readonly dataType: DataType;
}

export function pointTypeOf(point: Pick<ModelPoint, 'kind' | 'states' | 'range'>): PointType {
  switch (point.kind) {
    case 'analog':
      return { typeDefinition: point.range === null ? 'AnalogUnitType' : 'AnalogUnitRangeType', dataType: DataType.Double };
    case 'counter':
      return { typeDefinition: 'AnalogUnitType', dataType: DataType.Double };
    case 'text':
      return { typeDefinition: 'DataItemType', dataType: DataType.String };
    case 'discrete':
      if (isBinary(point)) return { typeDefinition: 'TwoStateDiscreteType', dataType: DataType.Boolean };
      if (point.states !== null && point.states.length > 0)
        return { typeDefinition: 'MultiStateValueDiscreteType', dataType: DataType.Int32 };
      return { typeDefinition: 'DataItemType', dataType: DataType.Double };
    default:
      return exhaustive(point.kind, 'point kind');
  }
}
