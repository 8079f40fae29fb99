/** What a restore does around itself: an application is suspended and resumed, people are told, a URL is asked. JSON. */
import { z } from 'zod';

const name = z
  .string('a name')
  .regex(/^[^\u0000-\u001f]{1,100}$/, 'a name of at most 100 characters, in one line');

const timeoutSeconds = z.int('whole seconds from 1 to 86400').min(1).max(86_400);

/** A program and its arguments, without a shell; it must exit with 0. */
const commandHookSchema = z.strictObject({
  name,
  command: z.array(z.string().min(1)).min(1, 'a program and its arguments'),
  /** @default 300 */
  timeoutSeconds: timeoutSeconds.default(300),
});

/** Asked again and again until it answers with 2xx. */
const urlHookSchema = z.strictObject({
  name,
  url: z.url({ protocol: /^https?$/, error: 'an http or https URL' }),
  /** @default 120 */
  timeoutSeconds: timeoutSeconds.default(120),
});

export const restoreHooksSchema = z.strictObject({
  /** Once everything is fetched, before anything is changed; one that fails ends the restore. */
  before: z.array(commandHookSchema).default([]),
  /** Afterwards, also where the restore failed: an application that was suspended is resumed. URLs only where it went well. */
  after: z
    .array(
      z.union(
        [commandHookSchema, urlHookSchema],
        '{ name, command: [program, …arguments], timeoutSeconds? } or { name, url, timeoutSeconds? }',
      ),
    )
    .default([]),
});
export type RestoreHooks = z.output<typeof restoreHooksSchema>;
export type CommandHook = RestoreHooks['before'][number];
export type UrlHook = Exclude<RestoreHooks['after'][number], CommandHook>;

export const NO_HOOKS: RestoreHooks = { before: [], after: [] };
