// The server's own description, read as a list of operations with values that fit, almost fit, or do not fit: for walks over every route and for fuzzing.
import fc from 'fast-check';
import { z } from 'zod';

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().optional(),
  schema: z.unknown(),
});
const operationSchema = z.object({
  parameters: z.array(parameterSchema).optional(),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
  'x-permission': z.string().optional(),
});
const descriptionSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

export interface Operation {
  /** `POST /api/alarms/{id}/acknowledge` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly permission: string | null;
  readonly parameters: readonly z.output<typeof parameterSchema>[];
  /** JSON Schema of a JSON body; null where there is none. */
  readonly body: unknown;
}

export async function readOperations(address: string): Promise<Operation[]> {
  const description = descriptionSchema.parse(await (await fetch(`${address}/openapi.json`)).json());
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'] ?? null,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json']?.schema ?? null,
    })),
  );
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** Values that some plant has: without them nearly every request ends at "not found". */
export type KnownValues = (name: string) => readonly unknown[];

/** Values that mostly fit the schema; `name` is the property or parameter that they are for. */
export function fitting(schema: unknown, name: string, known: KnownValues, depth = 0): fc.Arbitrary<unknown> {
  const shape = (schema ?? {}) as JsonSchema;
  const pool = known(name);
  const made = fittingShape(shape, name, known, depth);
  return pool.length === 0 || shape.type === 'object' || shape.type === 'array' || shape.enum !== undefined
    ? made
    : fc.oneof({ arbitrary: fc.constantFrom(...pool), weight: 4 }, { arbitrary: made, weight: 1 });
}

function fittingShape(shape: JsonSchema, name: string, known: KnownValues, depth: number): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum !== undefined && shape.enum.length > 0) return fc.constantFrom(...shape.enum);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map((choice) => fitting(choice, name, known, depth)));
  switch (Array.isArray(shape.type) ? shape.type[0] : shape.type) {
    case 'object':
      return fittingObject(shape, known, depth);
    case 'array':
      return fc.array(fitting(shape.items, name, known, depth + 1), {
        minLength: shape.minItems ?? 0,
        maxLength: Math.max(shape.minItems ?? 0, Math.min(shape.maxItems ?? 3, depth > 3 ? 1 : 3)),
      });
    case 'integer':
      return fc.integer({ min: Math.ceil(shape.minimum ?? -5), max: Math.floor(shape.maximum ?? 2_000_000_000) });
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.ceil(shape.minimum ?? -1_000), max: Math.floor(shape.maximum ?? 4_000_000_000_000) }),
        fc.constantFrom(0, -1, 0.5, Number.MAX_SAFE_INTEGER, 1e308, Date.now()),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return fittingText(shape);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function fittingObject(shape: JsonSchema, known: KnownValues, depth: number): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant({});
  const properties = Object.entries(shape.properties ?? {});
  return fc.record(Object.fromEntries(properties.map(([name, value]) => [name, fitting(value, name, known, depth + 1)])), {
    requiredKeys: [...(shape.required ?? [])].filter((name) => Object.hasOwn(shape.properties ?? {}, name)),
  });
}

function fittingText(shape: JsonSchema): fc.Arbitrary<string> {
  const bounds = { minLength: shape.minLength ?? 0, maxLength: Math.min(shape.maxLength ?? 40, (shape.minLength ?? 0) + 40) };
  const plain = fc.oneof(fc.string(bounds), fc.string({ ...bounds, unit: 'grapheme' }));
  if (shape.format === 'uuid') return fc.uuid();
  if (shape.format === 'date') return fc.constantFrom('2026-01-31', '2026-02-29', '0000-00-00', '9999-12-31');
  if (shape.pattern === undefined) return plain;
  try {
    return fc.oneof({ arbitrary: fc.stringMatching(new RegExp(shape.pattern)), weight: 3 }, { arbitrary: plain, weight: 1 });
  } catch {
    return plain;
  }
}

/** What nobody should send. */
export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    '',
    '\u0000',
    '../../../etc/passwd',
    "' OR 1=1 --",
    '<script>alert(1)</script>',
    '__proto__',
    'constructor',
    '\ud800',
    -0,
    -1,
    Number.POSITIVE_INFINITY,
    '9'.repeat(400),
    '9999999999999999999',
    'NaN',
    [],
    {},
    [[[[[[]]]]]],
    { __proto__: { isAdmin: true } },
  ),
);
