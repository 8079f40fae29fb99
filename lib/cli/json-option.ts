/** An option that takes JSON, or the path of a file that holds it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Failure, messageOf } from '../contract/failure';

export interface JsonOption<T> {
  /** For messages, for example `--checks`. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Which character JSON begins with; all else is a path. */
  readonly opening: '[' | '{';
  /** What the option holds, for messages, for example `checks`. */
  readonly what: string;
  readonly hint: string;
}

/** @throws Failure `usage` that names the field */
export async function readJsonOption<T>(option: JsonOption<T>, given: string): Promise<T> {
  const { name, schema, opening, what, hint } = option;
  const isJson = given.trimStart().startsWith(opening);
  try {
    const result = schema.safeParse(JSON.parse(isJson ? given : await readFile(given, 'utf8')));
    if (result.success) return result.data;
    throw new Error(z.prettifyError(result.error));
  } catch (error) {
    throw new Failure('usage', `${isJson ? name : given} holds no ${what}: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}
