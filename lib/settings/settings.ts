/** What a settings file calls: `export default defineSettings({ … })`. */
import { z } from 'zod';
import { crossFieldFaults, type CheckedParts } from './cross-field-rules';
import { faultsOf, refuse } from './faults';
import { databaseSchema } from './database-schema';
import { computeSchema } from './platform-schema';
import { lockSchema, settingsSchema, type Settings, type SettingsInput } from './schema';

/**
 * Checks settings and fills in the defaults.
 * @param now days on which clocks go forward are looked for in its year and the next
 * @throws Failure `usage` that names every fault at once: path, value got, what is allowed
 */
export function defineSettings(input: SettingsInput, now = new Date()): Settings {
  const parsed = settingsSchema.safeParse(input);
  const faults = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => faultsOf(issue, input)),
    ...crossFieldFaults(wellFormedParts(input), now),
  ];
  if (!parsed.success || faults.length > 0) throw refuse(faults);
  return parsed.data;
}

const lenientSchema = z.object({
  lock: lockSchema.prefault({}).nullable().catch(null),
  compute: computeSchema.prefault({}).nullable().catch(null),
  databases: z.record(z.string(), databaseSchema.nullable().catch(null)).catch({}),
});

/** So that a fault of form somewhere does not hide a fault between fields elsewhere. */
function wellFormedParts(input: unknown): CheckedParts {
  return lenientSchema.catch({ lock: null, compute: null, databases: {} }).parse(input);
}
