// What the services of the OPC UA server let through: looking at everything one may see, and a closed list of method calls. Nothing can be written, whatever
// the nodes say: the library's write is never reached.
import {
  type AddressSpace,
  type BrowseDescriptionOptions,
  type BrowseResult,
  type CallMethodRequest,
  type CallMethodResultOptions,
  type DataValue,
  type HistoryReadRequest,
  HistoryReadResult,
  type ISessionContext,
  NodeClass,
  type NodeId,
  type ReadRequestOptions,
  resolveNodeId,
  type ServerEngine,
  type StatusCode,
  StatusCodes,
  type WriteValue,
} from 'node-opcua';
import type { Condition } from './condition.ts';
import { conditionMethods, readCall, refusedMethods, resultOf } from './condition-methods.ts';
import type { ConditionNodes } from './condition-nodes.ts';
import type { OpcuaAction, OpcuaAnswer } from './opcua-messages.ts';

type Accessor = NonNullable<ServerEngine['addressSpaceAccessor']>;

/** Methods of the standard that change nothing: refreshes, and a session's questions about its own subscriptions. */
const harmlessMethods: ReadonlySet<string> = new Set(['ConditionRefresh', 'ConditionRefresh2', 'GetMonitoredItems', 'ResendData']);

export interface GuardedServicesOptions {
  readonly inner: Accessor;
  readonly addressSpace: AddressSpace;
  readonly conditionNodes: ConditionNodes;
  readonly act: (context: ISessionContext, condition: Condition, action: OpcuaAction) => Promise<OpcuaAnswer>;
  readonly refused: (context: ISessionContext, what: string) => void;
}

export class GuardedServices implements Accessor {
  readonly #options: GuardedServicesOptions;

  constructor(options: GuardedServicesOptions) {
    this.#options = options;
  }

  async browse(context: ISessionContext, nodesToBrowse: BrowseDescriptionOptions[]): Promise<BrowseResult[]> {
    for (const { nodeId } of nodesToBrowse) if (nodeId !== undefined && nodeId !== null) this.showFor(resolveNodeId(nodeId));
    return this.#options.inner.browse(context, nodesToBrowse);
  }

  /** Children of a condition are made when somebody looks into it. */
  showFor(nodeId: NodeId): void {
    const condition = this.#options.conditionNodes.conditionOf(nodeId);
    if (condition !== null) this.#options.conditionNodes.show(condition);
  }

  read(context: ISessionContext, readRequest: ReadRequestOptions): Promise<DataValue[]> {
    return this.#options.inner.read(context, readRequest);
  }

  async write(context: ISessionContext, nodesToWrite: WriteValue[]): Promise<StatusCode[]> {
    for (const { nodeId } of nodesToWrite.slice(0, 1)) this.#options.refused(context, `write ${nodeId.toString()}`);
    return nodesToWrite.map(() => StatusCodes.BadNotWritable);
  }

  async call(context: ISessionContext, methodsToCall: CallMethodRequest[]): Promise<CallMethodResultOptions[]> {
    const results: CallMethodResultOptions[] = [];
    // In order: the second call of a request may depend on the first.
    for (const method of methodsToCall) results.push(await this.#callOne(context, method));
    return results;
  }

  async historyRead(_context: ISessionContext, { nodesToRead }: HistoryReadRequest): Promise<HistoryReadResult[]> {
    return (nodesToRead ?? []).map(() => new HistoryReadResult({ statusCode: StatusCodes.BadHistoryOperationUnsupported }));
  }

  async #callOne(context: ISessionContext, request: CallMethodRequest): Promise<CallMethodResultOptions> {
    const name = this.#methodName(request.methodId);
    if (name === null) return { statusCode: StatusCodes.BadMethodInvalid };
    const condition = this.#options.conditionNodes.conditionOf(request.objectId);
    if (condition === null) {
      const [result] = harmlessMethods.has(name) ? await this.#options.inner.call(context, [request]) : [];
      if (result !== undefined) return result;
      this.#options.refused(context, `call ${name} on ${request.objectId.toString()}`);
      return { statusCode: this.#exists(request.objectId) ? StatusCodes.BadUserAccessDenied : StatusCodes.BadNodeIdUnknown };
    }
    if (name === 'Enable') return { statusCode: StatusCodes.BadConditionAlreadyEnabled };
    if (refusedMethods.has(name)) {
      this.#options.refused(context, `call ${name} on ${condition.definition.id}`);
      return { statusCode: StatusCodes.BadRequestNotAllowed };
    }
    const shape = conditionMethods.get(name);
    if (shape === undefined) return { statusCode: StatusCodes.BadMethodInvalid };
    const call = readCall(shape, request);
    if (call.kind === 'wrong') return call.result;
    return resultOf(await this.#options.act(context, condition, call.action), shape);
  }

  /** Methods are known by the standard's own nodes; a condition shows those too. */
  #methodName(methodId: NodeId): string | null {
    if (methodId.namespace !== 0) return null;
    const node = this.#options.addressSpace.findNode(methodId);
    return node?.nodeClass === NodeClass.Method ? (node.browseName.name ?? null) : null;
  }

  #exists(nodeId: NodeId): boolean {
    return this.#options.addressSpace.findNode(nodeId) !== null;
  }
}
