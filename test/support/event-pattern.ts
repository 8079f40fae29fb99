/**
 * EventBridge's matching, as far as our patterns use it: values, prefix, anything-but and $or
 * (docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html). Fields below an array must match
 * in one and the same element, as Ruler has it (github.com/aws/event-ruler, "JSON Array Matching").
 */
type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

export function matches(pattern: JsonObject, event: JsonObject): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    if (field === '$or') return (expected as JsonObject[]).some((either) => matches(either, event));
    const values = [event[field]].flat().filter((value) => value !== undefined);
    if (Array.isArray(expected))
      return values.some((value) => expected.some((each) => matchesValue(each, value)));
    return values.some((value) => matches(expected as JsonObject, value as JsonObject));
  });
}

function matchesValue(expected: Json, value: Json): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === value;
  const [operator, operand] = Object.entries(expected)[0] ?? ['', undefined];
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(operand as string);
    case 'anything-but':
      return ![operand].flat().includes(value);
    default:
      throw new Error(`The matcher does not know ${operator}.`);
  }
}
