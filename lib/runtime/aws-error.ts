/** Errors of AWS clients, read by their shape: every client has its own classes, which say the same. */
import { messageOf } from '../contract/failure';

export interface AwsError {
  /** The service's code, for example `AccessDenied`; of a connection the system's, for example `ECONNREFUSED`. */
  readonly code: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** How often the request was sent. */
  readonly attempts: number;
  /** One line for a person. */
  readonly text: string;
}

/** What the machine lacks before anything can be sent: the same for every service. undefined for all other errors. */
export function missingSetupHint(error: unknown): string | undefined {
  if (awsError(error).code === 'CredentialsProviderError')
    return 'There are no credentials here: name a profile in AWS_PROFILE (and sign in: aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. To see who you are: aws sts get-caller-identity.';
  if (messageOf(error) === 'Region is missing')
    return 'Say where it lies: set AWS_REGION, for example AWS_REGION=eu-central-1.';
  return undefined;
}

interface Shape {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly attempts?: number;
    readonly requestId?: string;
  };
}

export function awsError(error: unknown): AwsError {
  const { name, code, $metadata } = Object(error) as Shape;
  const known = typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
  const { httpStatusCode: status, attempts = 1, requestId } = $metadata ?? {};
  const facts = [
    ...(status === undefined ? ['no answer'] : [`HTTP ${status}`]),
    ...(attempts > 1 ? [`sent ${attempts} times`] : []),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  return {
    code: known,
    status,
    attempts,
    text: `${known} (${facts.join(', ')}): ${messageOf(error).split('\n', 1).join('')}`,
  };
}

/** KMS answers the second, with HTTP 400; HeadObject has no body to name one; a file system has its own. */
const DENIED = ['AccessDenied', 'AccessDeniedException', '403', 'Forbidden', 'EACCES', 'EPERM'];

/** A right is missing. Other refusals tell of our own credentials. */
export function isAccessDenied(error: unknown): boolean {
  return DENIED.includes(awsError(error).code);
}
