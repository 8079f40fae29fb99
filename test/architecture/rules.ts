/** The rules of the architecture: each takes the parsed modules and answers with one line per violation. */
import type { Import, ParsedModule } from './parsed-module';

type Modules = readonly ParsedModule[];

/** Which area may import which others, see docs/architecture.md. Imports inside an area are free. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'lib/contract': ['package.json'],
  'lib/runtime': ['lib/contract'],
  'lib/postgres': ['lib/runtime', 'lib/contract'],
  'lib/redis': ['lib/runtime', 'lib/contract'],
  'lib/media': ['lib/runtime', 'lib/contract'],
  'lib/operations': ['lib/postgres', 'lib/redis', 'lib/media', 'lib/runtime', 'lib/contract'],
  'lib/cli': [
    'lib/operations',
    'lib/postgres',
    'lib/redis',
    'lib/media',
    'lib/runtime',
    'lib/settings',
    'lib/contract',
  ],
  'lib/settings': ['lib/contract'],
  'lib/constructs': ['lib/settings', 'lib/contract'],
  'lib/stacks': ['lib/constructs', 'lib/settings', 'lib/contract'],
  'lib/index': ['lib/stacks', 'lib/constructs', 'lib/settings', 'lib/contract'],
  'bin/app': ['lib/stacks', 'lib/settings', 'lib/contract'],
  bin: ['lib/cli', 'lib/operations', 'lib/runtime', 'lib/contract'],
  containers: [
    'lib/cli',
    'lib/operations',
    'lib/postgres',
    'lib/redis',
    'lib/media',
    'lib/runtime',
    'lib/contract',
  ],
  lambda: ['lib/operations', 'lib/runtime', 'lib/contract'],
};

const AREAS_BY_LENGTH = [...Object.keys(ARROWS), 'package.json'].sort((a, b) => b.length - a.length);

function areaOf(name: string): string | undefined {
  return AREAS_BY_LENGTH.find((area) => name === area || name.startsWith(`${area}/`));
}

export function arrowsPointDown(modules: Modules): string[] {
  return modules.flatMap(({ name, imports }) => {
    const area = areaOf(name);
    if (area === undefined) return [`${name} lies in no area that the arrows know`];
    return imports
      .filter((imported) => imported.fromProject && !mayImport(area, areaOf(imported.target)))
      .map((imported) => `${name} -> ${imported.target}`);
  });
}

function mayImport(area: string, target: string | undefined): boolean {
  return target !== undefined && (target === area || ARROWS[area]?.includes(target) === true);
}

/** Each cycle of imports that remain at run time, once. */
export function noCycles(modules: Modules): string[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const walk = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) cycles.push([...trail.slice(trail.indexOf(name)), name].join(' -> '));
    if (finished.has(name) || trail.includes(name)) return;
    for (const imported of byName.get(name)?.imports ?? []) {
      if (imported.fromProject && !imported.typeOnly) walk(imported.target, [...trail, name]);
    }
    finished.add(name);
  };
  modules.forEach(({ name }) => {
    walk(name, []);
  });
  return cycles;
}

/** Exactly one module imports any of the packages. */
export function onlyImporter(modules: Modules, importer: string, packages: readonly string[]): string[] {
  const importers = modules.filter(({ imports }) => imports.some(({ target }) => packages.includes(target)));
  const others = importers.filter(({ name }) => name !== importer);
  const missing =
    others.length === importers.length ? [`${importer} does not import ${packages.join(', ')}`] : [];
  return [...others.map(({ name }) => `${name} imports ${packages.join(' or ')}`), ...missing];
}

export function onlyPackages(
  modules: Modules,
  area: string,
  isAllowed: (target: string) => boolean,
): string[] {
  return packagesOf(modules, (name) => areaOf(name) === area)
    .filter(([, { target }]) => !isAllowed(target))
    .map(([name, { target }]) => `${name} imports ${target}`);
}

/** The CDK belongs to synthesis: a program that loads it starts slowly and ships it. */
export function cdkOnlyInSynthesis(modules: Modules): string[] {
  const synthesis = ['lib/constructs', 'lib/stacks', 'lib/index', 'bin/app'];
  return packagesOf(modules, (name) => !synthesis.includes(areaOf(name) ?? ''))
    .filter(([, { target }]) => /^(aws-cdk-lib|constructs)(\/|$)/.test(target))
    .map(([name, { target }]) => `${name} imports ${target}`);
}

function packagesOf(modules: Modules, isMeant: (name: string) => boolean): (readonly [string, Import])[] {
  return modules
    .filter(({ name }) => isMeant(name))
    .flatMap(({ name, imports }) => imports.map((imported) => [name, imported] as const))
    .filter(([, imported]) => !imported.fromProject);
}

export function noBarrels(modules: Modules): string[] {
  return modules.map(({ name }) => name).filter((name) => /(^|\/)index$/.test(name) && name !== 'lib/index');
}

export function keysKnownOnlyTo(modules: Modules, owner: string, prefixes: readonly string[]): string[] {
  return modules
    .filter(({ name }) => name.startsWith('lib/') && name !== owner)
    .flatMap(({ name, literals }) => literals.map((text) => [name, text] as const))
    .filter(([, text]) => prefixes.some((prefix) => text.startsWith(prefix) || text.includes(`/${prefix}`)))
    .map(([name, text]) => `${name} has the literal ${JSON.stringify(text)}`);
}

export function optionalPropsSayTheirDefault(modules: Modules): string[] {
  return modules
    .filter(({ name }) => ['lib/constructs', 'lib/stacks'].includes(areaOf(name) ?? ''))
    .flatMap(({ name, optionalWithoutDefault }) => optionalWithoutDefault.map((prop) => `${name}: ${prop}`));
}
