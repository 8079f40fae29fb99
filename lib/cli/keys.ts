/** `backstop keys create`: the key that signs manifests where no KMS is. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { createKeyFile } from '../runtime/file-signer';
import { printResult, type CommandIo } from './command-io';
import { exitCodesHelp } from './exit-codes';
import { defaultKeyFile } from './options';

export function registerKeys(program: Command, io: CommandIo): void {
  program
    .command('keys')
    .description('keys that sign manifests outside AWS')
    .command('create')
    .description('make a private key and its public key beside it; never overwrites one')
    .argument('[file]', 'the private key', defaultKeyFile())
    .option('--json', 'print JSON')
    .addHelpText('after', exitCodesHelp())
    .exitOverride()
    .action(async (file: string, options: { readonly json?: boolean }) => {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const publicKeyFile = await createKeyFile(file);
      printResult(io, options.json === true, { privateKeyFile: file, publicKeyFile }, () =>
        [
          `Private key: ${file} (keep a copy away from this machine and from the backups)`,
          `Public key:  ${publicKeyFile} (keep it with the runbook: restores are verified with it)`,
        ].join('\n'),
      );
    });
}
