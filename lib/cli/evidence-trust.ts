/** Whose evidence is believed: options of verbs that rely on what drills proved. */
import { Option } from 'commander';
import { ENVIRONMENT } from '../contract/environment';
import { Failure } from '../contract/failure';
import type { Trust } from '../operations/read-manifest';
import * as shared from './options';

export interface EvidenceTrustOptions extends shared.StoreOptions {
  readonly evidenceKey?: readonly string[];
  readonly evidenceSigner?: string;
}

export function evidenceTrustOptions(): Option[] {
  return [
    new Option('--evidence-key <files...>', 'trust evidence signed by these keys (PEM)')
      .env(ENVIRONMENT.evidenceKeys)
      .argParser(shared.commaSeparated),
    new Option('--evidence-signer <signer>', 'trust evidence of this signer: kms:KEY, file:PATH or none').env(
      ENVIRONMENT.evidenceSigner,
    ),
  ];
}

/**
 * The key of manifests is never taken for it, except the default key of a directory store, which signs both.
 * @throws Failure `usage` where nobody is named
 */
export async function evidenceTrustOf(options: EvidenceTrustOptions): Promise<Trust> {
  const { store, evidenceKey, evidenceSigner } = options;
  try {
    return await shared.trustOf({
      ...(store === undefined ? {} : { store }),
      ...(evidenceKey === undefined ? {} : { publicKey: evidenceKey }),
      ...(evidenceSigner === undefined ? {} : { signer: evidenceSigner }),
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'usage' || named(options)) throw error;
    throw new Failure('usage', 'It is not said whose evidence to believe.', {
      hint: `Give --evidence-key FILE (the PEM file of the drills' signer), or --evidence-signer kms:KEY; ${ENVIRONMENT.evidenceKeys} and ${ENVIRONMENT.evidenceSigner} do the same.`,
      cause: error,
    });
  }
}

/** undefined where nobody is named: then nothing is known to be proven. @throws Failure `usage` for what is no key */
export async function evidenceTrustIfNamed(options: EvidenceTrustOptions): Promise<Trust | undefined> {
  try {
    return await evidenceTrustOf(options);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'usage' && !named(options)) return undefined;
    throw error;
  }
}

function named({ store, evidenceKey = [], evidenceSigner }: EvidenceTrustOptions): boolean {
  return !store || evidenceKey.length > 0 || evidenceSigner !== undefined;
}
