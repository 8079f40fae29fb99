/** A server's programs with extensions that are not installed here: PostgreSQL looks for them beside its programs. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scratchRoot } from './drill-servers';
import { serverBinDirectory } from './find-postgres';

export interface MadeExtension {
  readonly name: string;
  /** Whether its library is there, which does nothing. */
  readonly library: boolean;
}

/** As Debian lays them out. @returns the folder of the programs; undefined where they are laid out otherwise */
export function extendedServerPrograms(
  major: number,
  extensions: readonly MadeExtension[],
): string | undefined {
  const real = path.resolve(serverBinDirectory(major) ?? '/nowhere', '../../../../..');
  const [lib, share] = [`usr/lib/postgresql/${major}`, `usr/share/postgresql/${major}`];
  if (!existsSync(path.join(real, share, 'extension'))) return undefined;
  const made = scratchRoot();
  const link = (folder: string, matching = /./) => {
    if (!existsSync(path.join(real, folder))) return;
    mkdirSync(path.join(made, folder), { recursive: true });
    for (const name of readdirSync(path.join(real, folder)).filter((entry) => matching.test(entry))) {
      if (!existsSync(path.join(made, folder, name)))
        symlinkSync(path.join(real, folder, name), path.join(made, folder, name));
    }
  };
  for (const folder of [`${lib}/lib`, `${lib}/programs`, `${share}/extension`, share]) link(folder);
  link('usr/lib', /-linux-gnu$|^locale$/);
  link('lib', /-linux-gnu$/);
  const bin = path.join(made, lib, 'bin');
  mkdirSync(bin);
  for (const name of ['postgres', 'initdb'])
    copyFileSync(path.join(real, lib, 'bin', name), path.join(bin, name));
  for (const { name, library } of extensions) {
    writeFileSync(path.join(made, share, 'extension', `${name}.control`), `default_version = '1.0'\n`);
    writeFileSync(path.join(made, share, 'extension', `${name}--1.0.sql`), '');
    if (library)
      symlinkSync(path.join(real, lib, 'lib/auto_explain.so'), path.join(made, lib, 'lib', `${name}.so`));
  }
  return bin;
}
