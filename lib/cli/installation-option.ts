/** `--installation`: store and signers of a deployed installation, filled in before a verb begins. */
import { Option, type Command } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import { STORAGE_OUTPUTS } from '../contract/installation-outputs';
import { readStackOutputs } from '../runtime/deployed-installation';

export const installationOption = () =>
  new Option(
    '--installation <name>',
    'a deployed installation, by its name in the settings: its outputs say store and signers',
  ).env(ENVIRONMENT.installation);

export interface InstallationOptions {
  readonly installation?: string;
}

/** @throws Failure `usage` where none is named */
export function demandInstallation({ installation }: InstallationOptions): string {
  if (installation !== undefined && installation !== '') return installation;
  throw new Failure('usage', 'It is not said which installation is meant.', {
    hint: `Give --installation NAME, as in the settings, or set ${ENVIRONMENT.installation}.`,
  });
}

type Outputs = Readonly<Record<keyof typeof STORAGE_OUTPUTS, string>>;

/** What outputs say, by the option that it stands for; and the option that makes it needless. */
const FOUND: readonly {
  readonly option: string;
  readonly instead?: string;
  readonly value: (outputs: Outputs) => string;
}[] = [
  { option: 'store', value: ({ bucketName }) => `s3://${bucketName}` },
  {
    option: 'signer',
    instead: 'publicKey',
    value: ({ manifestSigningKeyArn }) => `kms:${manifestSigningKeyArn}`,
  },
  {
    option: 'evidenceSigner',
    instead: 'evidenceKey',
    value: ({ evidenceSigningKeyArn }) => `kms:${evidenceSigningKeyArn}`,
  },
];

/** Adds the option to every verb that takes a store, and looks there before the verb begins. */
export function findByInstallation(program: Command): void {
  for (const command of program.commands) {
    findByInstallation(command);
    if (!has(command, 'store')) continue;
    if (!has(command, 'installation')) command.addOption(installationOption());
    command.hook('preAction', () => fillIn(command));
  }
}

/** What the person gave, by option or variable, stays. @throws Failure `usage` where the installation is not found */
async function fillIn(command: Command): Promise<void> {
  const { installation } = command.opts<InstallationOptions>();
  if (installation === undefined || installation === '' || needsNone(command)) return;
  // What drills proved is asked by the task in AWS itself.
  const needless = command.getOptionValue('inAws') === true ? ['evidenceSigner'] : [];
  const missing = FOUND.filter(
    ({ option, instead }) =>
      has(command, option) &&
      !needless.includes(option) &&
      !given(command, option) &&
      !given(command, instead),
  );
  if (missing.length === 0) return;
  const { outputs } = await readStackOutputs(installation, 'storage', STORAGE_OUTPUTS);
  for (const { option, value } of missing) command.setOptionValueWithSource(option, value(outputs), 'config');
}

function needsNone(command: Command): boolean {
  const { archive, inAws, targetMajor, store } = command.opts<Readonly<Record<string, unknown>>>();
  // An archive is no recovery point, and the task in AWS knows its store.
  if (archive !== undefined || (inAws === true && targetMajor !== undefined && !given(command, 'store')))
    return true;
  // Where a folder is named, a variable that serves other commands must not ask AWS.
  return (
    command.getOptionValueSource('installation') === 'env' &&
    typeof store === 'string' &&
    store.startsWith('file:')
  );
}

function has(command: Command, name: string): boolean {
  return command.options.some((option) => option.attributeName() === name);
}

function given(command: Command, name: string | undefined): boolean {
  if (name === undefined) return false;
  const value: unknown = command.getOptionValue(name);
  return value !== undefined && value !== '';
}
