// Quality of a reading as an OPC UA status code: a closed table. Source: OPC UA Part 8, 6.3 (Data Access status codes) and Part 4, 7.38.
import { type StatusCode, StatusCodes } from 'node-opcua';
import { Quality, type QualityCode } from '../../../domain/readings/quality.ts';

const statusByQuality: ReadonlyMap<QualityCode, StatusCode> = new Map<QualityCode, StatusCode>([
  [Quality.good, StatusCodes.Good],
  [Quality.uncertainSubstituted, StatusCodes.UncertainSubstituteValue],
  [Quality.uncertainInaccurate, StatusCodes.UncertainSensorNotAccurate],
  [Quality.uncertainEngineeringUnitsExceeded, StatusCodes.UncertainEngineeringUnitsExceeded],
  [Quality.bad, StatusCodes.Bad],
  [Quality.badNotYetRead, StatusCodes.BadWaitingForInitialData],
  [Quality.badCommFail, StatusCodes.BadNoCommunication],
  [Quality.badDeviceException, StatusCodes.BadDeviceFailure],
  [Quality.badInstrumentFault, StatusCodes.BadSensorFailure],
  [Quality.badOutOfRange, StatusCodes.BadOutOfRange],
  // The device answers or did, but the value is older than it may be.
  [Quality.badStale, StatusCodes.BadTimeout],
  // An inhibited instrument is operated on: for whoever reads it, it is out of service.
  [Quality.badMaintenance, StatusCodes.BadOutOfService],
  [Quality.badConfigurationError, StatusCodes.BadConfigurationError],
  [Quality.badOutOfService, StatusCodes.BadOutOfService],
]);

/** Bad for a code that the table does not know: never good by accident. */
export function statusOfQuality(code: QualityCode): StatusCode {
  return statusByQuality.get(code) ?? StatusCodes.Bad;
}
