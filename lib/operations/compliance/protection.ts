/** What is known of the protection of a store. Pure. */
import { ACCESS_DENIED, type Guardrails, type Json } from '../../contract/guardrails';

/** As AWS tells it; `null` for a folder, of which nobody tells; or why nothing could be read. */
export type Protection = ToldProtection | null;
export type ToldProtection =
  { readonly guardrails: Guardrails; readonly denied?: undefined } | { readonly denied: string };

export type ToldValue =
  { readonly value: Json | undefined; readonly denied?: undefined } | { readonly denied: string };

/** @param name of a guardrail, or what all of its kind begin with */
export function valueOf(told: ToldProtection, name: string): ToldValue {
  if (told.denied !== undefined) return { denied: told.denied };
  const value = told.guardrails[name];
  return value === ACCESS_DENIED ? { denied: ACCESS_DENIED } : { value };
}

export function partsOf(value: Json | undefined): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** A text or number as it is; what is none of them is said to be unknown. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown';
}
