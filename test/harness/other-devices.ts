// Devices made elsewhere: a Modbus server of another library (jsmodbus) and a plain OPC UA server. Nothing here comes from Gatewatch's own code.
import { createHash } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import jsmodbus from 'jsmodbus';
import { type DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, VariantArrayType } from 'node-opcua';
import { freePort } from '../services/service.ts';

export interface OtherModbusServer {
  readonly port: number;
  readonly holding: Buffer;
  readonly input: Buffer;
  readonly coils: Buffer;
  readonly discrete: Buffer;
  stop(): Promise<void>;
}

export async function startOtherModbusServer(): Promise<OtherModbusServer> {
  const memory = { holding: Buffer.alloc(2_000), input: Buffer.alloc(2_000), coils: Buffer.alloc(100), discrete: Buffer.alloc(100) };
  const server = net.createServer();
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  new jsmodbus.server.TCP(server, memory);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    ...memory,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface OtherOpcuaServer {
  readonly endpoint: string;
  /** SHA-1 of the server's certificate, hex. */
  readonly thumbprint: string;
  stop(): Promise<void>;
}

/** Variables `ns=1;s=NAME` with fixed values; signed and encrypted, user `plc-reader`. */
export async function startOtherOpcuaServer(options: {
  readonly folder: string;
  readonly password: string;
  readonly variables: readonly { readonly name: string; readonly dataType: DataType; readonly value: unknown }[];
}): Promise<OtherOpcuaServer> {
  const certificateManager = new OPCUACertificateManager({
    rootFolder: path.join(options.folder, 'opcua-server'),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await certificateManager.initialize();
  const port = await freePort();
  const server = new OPCUAServer({
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    port,
    serverCertificateManager: certificateManager,
    userCertificateManager: certificateManager,
    certificateFile: path.join(options.folder, 'opcua-server', 'certificate.pem'),
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    allowAnonymous: false,
    userManager: { isValidUser: (name: string, password: string) => name === 'plc-reader' && password === options.password },
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error('no address space');
  const namespace = addressSpace.getOwnNamespace();
  for (const { name, dataType, value } of options.variables) {
    const variable = namespace.addVariable({
      organizedBy: addressSpace.rootFolder.objects,
      browseName: name,
      nodeId: `s=${name}`,
      dataType,
    });
    variable.setValueFromSource({ dataType, arrayType: VariantArrayType.Scalar, value });
  }
  await server.start();
  return {
    endpoint: `opc.tcp://127.0.0.1:${port}`,
    thumbprint: createHash('sha1').update(server.getCertificate()).digest('hex'),
    stop: () => server.shutdown(0),
  };
}
