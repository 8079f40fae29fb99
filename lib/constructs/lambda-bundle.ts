/** One file of JavaScript per Lambda function, made by esbuild at synth: no Docker, no shell, no network. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.resolve(__dirname, '../..');

export interface LambdaBundle {
  /** A CommonJS module that exports `handler`. */
  readonly code: string;
  readonly sha256: string;
}

const bundles = new Map<string, LambdaBundle>();

/**
 * Bundles `lambda/<name>/handler.ts` with all that it imports, the SDK too, so that what runs is what was tested. The
 * same sources give the same bytes. Names are kept as they are, for traces. Made once per process.
 * @param entry @default - `lambda/<name>/handler.ts`
 * @throws Error where the entry is missing or wrong, or brings the CDK along
 */
export function lambdaBundle(
  name: string,
  entry = path.join(ROOT, 'lambda', name, 'handler.ts'),
): LambdaBundle {
  const made = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, made);
  return made;
}

function bundle(entry: string): LambdaBundle {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'silent',
  });
  const cdk = Object.keys(metafile.inputs).find((file) =>
    /node_modules\/(aws-cdk-lib|constructs)\//.test(file),
  );
  if (cdk !== undefined)
    throw new Error(`${path.relative(ROOT, entry)} brings ${cdk} along: a program must not import the CDK.`);
  const code = outputFiles[0]?.text ?? '';
  return { code, sha256: createHash('sha256').update(code).digest('hex') };
}
