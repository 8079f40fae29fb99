/**
 * Who runs a program, as far as it can be known without being told: for the audit. Nothing depends on it, so it never
 * fails a run and never holds one up for long.
 */
import { hostname, userInfo } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

export interface Caller {
  /** ARN that STS answers for the credentials; absent where there are none, or STS does not answer in time. */
  readonly identity?: string;
  /** Account on this machine, for example `root@db-1`. */
  readonly osUser?: string;
}

/** STS answers within tenths of a second; where it cannot be reached at all, the run must not wait for it. */
const PATIENCE_MS = 3000;

export interface CallerOptions {
  readonly patienceMs?: number;
}

/**
 * @param storeUrl AWS is asked only where it keeps the store: a directory needs no credentials
 * @param environment says where STS is, and which keys to use where they stand in it; else the SDK's chain finds them
 */
export async function callerOf(
  storeUrl: string,
  environment: NodeJS.ProcessEnv,
  { patienceMs = PATIENCE_MS }: CallerOptions = {},
): Promise<Caller> {
  const identity = storeUrl.startsWith('s3://') ? await identityWithin(patienceMs, environment) : undefined;
  return { osUser: osUser(), ...(identity === undefined ? {} : { identity }) };
}

/** @param userName throws where the user has a number only, as in a container */
export function osUser(userName = () => userInfo().username): string {
  return `${nameOr(userName)}@${hostname()}`;
}

function nameOr(userName: () => string): string {
  try {
    return userName();
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

async function identityWithin(ms: number, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const client = stsClient(environment);
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
  }, ms);
  // The signal ends the request alone: the search for credentials before it may hang as well.
  const given = new Promise<undefined>((resolve) => {
    late.signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  const asked = client
    .send(new GetCallerIdentityCommand({}), { abortSignal: late.signal })
    .then(({ Arn }) => Arn)
    .catch(() => undefined);
  try {
    return await Promise.race([asked, given]);
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}

function stsClient(environment: NodeJS.ProcessEnv): STSClient {
  const { AWS_REGION: region, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_PROFILE } = environment;
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  const endpoint = [AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL].find(Boolean);
  const keys =
    AWS_PROFILE || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY
      ? undefined
      : {
          accessKeyId: AWS_ACCESS_KEY_ID,
          secretAccessKey: AWS_SECRET_ACCESS_KEY,
          ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
        };
  return new STSClient({
    maxAttempts: 2,
    ...(region ? { region } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys === undefined ? {} : { credentials: keys }),
  });
}
