/** An instant as an operator writes it: ISO-8601 with its zone, because a time without one is another in each country. */
import { z } from 'zod';

/** For messages and help texts. */
export const INSTANT_EXAMPLE = '2026-11-20T01:30:00Z';

const instantSchema = z.iso.datetime({ offset: true });

/** @returns undefined for what is no date, or has no zone */
export function parseInstant(text: string): Date | undefined {
  return instantSchema.safeParse(text).success ? new Date(text) : undefined;
}
