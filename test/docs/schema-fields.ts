/** The fields of a zod schema as documentation writes them: `files[].bytes`, its type, whether it may be null or absent. */
import { z } from 'zod';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  /** Of a union that one field decides. */
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
}

export interface Field {
  readonly path: string;
  readonly type: string;
}

/** @param io which side of the schema: as written (`input`: fields with a default may be absent) or as read */
export function fieldsOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Field[] {
  return below('', z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema);
}

function below(prefix: string, schema: JsonSchema): Field[] {
  const { properties = {}, required = [], items, additionalProperties, oneOf = [], anyOf = [] } = schema;
  const named = Object.entries(properties).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const absent = required.includes(name) ? '' : ', may be absent';
    return [{ path, type: `${typeOf(field)}${absent}` }, ...below(path, field)];
  });
  const each = items === undefined ? [] : below(`${prefix}[]`, items);
  const values =
    typeof additionalProperties === 'object' ? below(`${prefix}.<name>`, additionalProperties) : [];
  const ofVariants = [...oneOf, ...anyOf].flatMap((variant) => below(prefix, variant));
  return [...named, ...each, ...values, ...together(ofVariants)];
}

/** A field that several variants have, once: with the types of all. */
function together(fields: readonly Field[]): Field[] {
  const typesOf = Map.groupBy(fields, ({ path }) => path);
  return [...typesOf].map(([path, same]) => ({
    path,
    type: [...new Set(same.map(({ type }) => type))].join(' or '),
  }));
}

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.map((each) => (each.type === 'null' ? 'null' : typeOf(each))))].join(
      ' or ',
    );
  }
  if (schema.oneOf !== undefined) return 'object';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  if (schema.format === 'date-time') return 'instant';
  if (typeof schema.type === 'object') return schema.type.join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return schema.type ?? 'any';
}
