/** What a program in Lambda was given at deployment: `config.json` beside its code, and its environment. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** @throws where the file does not have that form: it was made by another version of the stacks */
export function readConfig<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(readFileSync(path.join(__dirname, 'config.json'), 'utf8')));
}

/** The name in `s3://bucket`. */
export const bucketOfUrl = z
  .string()
  .regex(/^s3:\/\/[^/]+$/)
  .transform((url) => url.slice('s3://'.length));
