// Every operation of the HTTP interface and what it asks for, for tests: a row more with every route, or `http.test.ts` fails. The rows stand in three tables.
import type { Permission } from '../../domain/access/roles.ts';
import { doorOperations } from './door-operations.ts';
import { watchOperations } from './watch-operations.ts';
import { workOperations } from './work-operations.ts';

export interface Operation {
  /** Null: anybody. */
  readonly permission: Permission | null;
  readonly url?: string;
  readonly body?: object;
}

export const operations: Readonly<Record<string, Operation>> = { ...doorOperations, ...watchOperations, ...workOperations };
