// A station PLC that speaks OPC UA: signed and encrypted endpoint, user sign-in, one variable a point with its source timestamp. Variables are read-only.
import { createHash } from 'node:crypto';
import path from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  type UAVariable,
  Variant,
} from 'node-opcua';
import type { Plant, Point } from '../../domain/plant/plant.ts';

export interface OpcuaPlcOptions {
  readonly host: string;
  readonly port: number;
  /** Folder of this PLC's certificate; made at the first start. */
  readonly pkiDir: string;
  readonly userName: string;
  readonly password: string;
}

export interface OpcuaPlc {
  /** SHA-1 of the server certificate, hex. */
  readonly thumbprint: string;
  /** What it was asked, as decoded from the encrypted wire: requests by their name. */
  readonly services: ReadonlyMap<string, number>;
  /** Adds the variables and opens the endpoint. */
  serve(plant: Plant, points: readonly Point[]): Promise<void>;
  /** Publishes values; `isLost` makes them bad with a communication error, as a PLC does that lost its field bus. */
  update(values: Float64Array, timeMs: number, isLost: boolean): void;
  stop(): Promise<void>;
}

export async function createOpcuaPlc(options: OpcuaPlcOptions): Promise<OpcuaPlc> {
  const certificateManager = new OPCUACertificateManager({
    rootFolder: options.pkiDir,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await certificateManager.initialize();
  const server = new OPCUAServer({
    host: options.host,
    hostname: options.host,
    port: options.port,
    serverCertificateManager: certificateManager,
    userCertificateManager: certificateManager,
    certificateFile: path.join(options.pkiDir, 'certificate.pem'),
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    allowAnonymous: false,
    userManager: { isValidUser: (name: string, password: string) => name === options.userName && password === options.password },
    serverInfo: { applicationUri: `urn:gatewatch:demo:${options.port}`, productUri: 'urn:gatewatch:demo' },
    serverCapabilities: { maxSessions: 20 },
  });
  await server.initialize();
  const thumbprint = createHash('sha1').update(server.getCertificate()).digest('hex');
  const variables: { readonly variable: UAVariable; readonly point: Point }[] = [];
  let isServing = false;
  const services = new Map<string, number>();
  server.on('request', (request: { readonly schema: { readonly name: string } }) => {
    services.set(request.schema.name, (services.get(request.schema.name) ?? 0) + 1);
  });

  return {
    thumbprint,
    services,
    async serve(plant, points) {
      const { addressSpace } = server.engine;
      if (addressSpace === null) throw new Error('the OPC UA server has no address space');
      const namespace = addressSpace.registerNamespace('urn:gatewatch:demo');
      const folder = namespace.addFolder(addressSpace.rootFolder.objects, {
        browseName: plant.stations[points[0]?.stationIndex ?? 0]?.id ?? 'Station',
      });
      for (const point of points) {
        const isDiscrete = point.kind === 'discrete';
        const isCounter = point.kind === 'counter';
        const variable = namespace.addVariable({
          organizedBy: folder,
          browseName: point.tag,
          nodeId: `s=${point.id}`,
          dataType: isDiscrete ? DataType.Boolean : isCounter ? DataType.UInt32 : DataType.Double,
          accessLevel: 'CurrentRead',
          userAccessLevel: 'CurrentRead',
          minimumSamplingInterval: 100,
          value: new Variant(
            isDiscrete
              ? { dataType: DataType.Boolean, value: false }
              : isCounter
                ? { dataType: DataType.UInt32, value: 0 }
                : { dataType: DataType.Double, value: 0 },
          ),
        });
        variables.push({ variable, point });
      }
      for (const { variable } of variables)
        variable.setValueFromSource(
          variable.readValue().value,
          StatusCodes.BadWaitingForInitialData as typeof StatusCodes.Good,
          new Date(),
        );
      await server.start();
      isServing = true;
    },
    update(values, timeMs, isLost) {
      const status = isLost ? StatusCodes.BadCommunicationError : StatusCodes.Good;
      const timestamp = new Date(timeMs);
      for (const { variable, point } of variables) {
        const raw = ((values[point.index] ?? 0) - point.offset) / point.factor;
        const dataType = point.kind === 'discrete' ? DataType.Boolean : point.kind === 'counter' ? DataType.UInt32 : DataType.Double;
        const value = point.kind === 'discrete' ? raw !== 0 : point.kind === 'counter' ? Math.max(0, Math.round(raw)) : raw;
        variable.setValueFromSource({ dataType, value }, status, timestamp);
      }
    },
    async stop() {
      if (isServing) await server.shutdown(100);
      await certificateManager.dispose();
    },
  };
}
