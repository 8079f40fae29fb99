/** Breaks one thing in a copy of an app's templates: a rule that does not notice would notice nothing. */
import { DeployedApp } from '../policies/deployed-app';
import type { Template, Templates } from '../policies/resolve';

export interface Break {
  /** Of the resource whose property is changed; `template` for a part of the template itself. */
  readonly type: string;
  /** For example `Target.RetryPolicy`; numbers stand for items of lists. */
  readonly path: string;
  /** `undefined` takes the property away. */
  readonly value: unknown;
  /** @default - the first resource of that type */
  readonly logicalId?: RegExp;
}

/** @throws where the app has no such resource: then the break would prove nothing */
export function broken({ templates }: DeployedApp, { type, path, value, logicalId }: Break): DeployedApp {
  const copy = structuredClone(templates) as Record<string, Template>;
  if (type === 'template') set(Object.values(copy)[0], path, value);
  else set(propertiesOf(copy, type, logicalId), path, value);
  return new DeployedApp(copy);
}

function propertiesOf(templates: Templates, type: string, logicalId = /./): object {
  for (const { Resources = {} } of Object.values(templates))
    for (const [id, { Type, Properties = {} }] of Object.entries(Resources))
      if (Type === type && logicalId.test(id)) return Properties;
  throw new Error(`There is no ${type} to break`);
}

function set(object: unknown, path: string, value: unknown): void {
  const [name = '', ...rest] = path.split('.');
  const parent = object as Record<string, unknown>;
  if (rest.length === 0) parent[name] = value;
  else set((parent[name] ??= {}), rest.join('.'), value);
}
