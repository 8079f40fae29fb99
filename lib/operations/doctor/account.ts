/** The account and region that a deployment would go to. */
import { Failure, messageOf } from '../../contract/failure';
import { bootstrapVersion, callerIdentity, environmentRegion } from '../../runtime/aws-account';
import { secretExists } from '../../runtime/secret';
import { examinationsOf, type Examination } from './examination';

/** As the settings say; undefined: as the credentials say. */
export interface Destination {
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Names or ARNs of secrets that the settings name. */
  readonly secrets: readonly string[];
}

const { ok, warning, fault } = examinationsOf({ area: 'account' });

export async function examineAccount(destination: Destination): Promise<Examination[]> {
  const region = destination.region ?? (await environmentRegion());
  if (region === undefined)
    return [fault('region', 'none is said', 'Set region in the settings, or AWS_REGION in the environment.')];
  const inRegion = ok(
    'region',
    `${region}, by the ${destination.region === undefined ? 'environment' : 'settings'}`,
  );
  try {
    const { account, arn } = await callerIdentity(region);
    if (destination.account !== undefined && destination.account !== account)
      return [
        fault(
          'credentials',
          `${arn} of account ${account}; the settings say ${destination.account}`,
          'Choose another profile with AWS_PROFILE, or correct account in the settings.',
        ),
        inRegion,
      ];
    return [
      ok('credentials', `${arn} of account ${account}`),
      inRegion,
      await bootstrapOf(account, region),
      ...(await Promise.all(destination.secrets.map((secret) => secretIn(region, secret)))),
    ];
  } catch (error) {
    return [fault('credentials', messageOf(error), hintOf(error)), inRegion];
  }
}

async function bootstrapOf(account: string, region: string): Promise<Examination> {
  try {
    const version = await bootstrapVersion(region);
    return version === undefined
      ? fault('bootstrap', `${region} has none`, `Run: npx cdk bootstrap aws://${account}/${region}`)
      : ok('bootstrap', `version ${version}`);
  } catch (error) {
    return warning('bootstrap', `could not be seen: ${messageOf(error)}`, hintOf(error));
  }
}

/** A task whose secret is not there never starts, and has no log that would say so. */
async function secretIn(region: string, secret: string): Promise<Examination> {
  try {
    if (await secretExists(secret, region)) return ok('secret', `${secret} is there`);
    const hint =
      'Make it with this name and in this region, as docs/deploy.md says; or correct its name in the settings.';
    return fault('secret', `${secret} is not in ${region}`, hint);
  } catch (error) {
    return warning('secret', `${secret} could not be seen: ${messageOf(error)}`, hintOf(error));
  }
}

function hintOf(error: unknown): string {
  return (error instanceof Failure ? error.hint : undefined) ?? 'Try: aws sts get-caller-identity';
}
