/** Of which image this process runs: what ECS tells each container about itself. */
import { z } from 'zod';

/** ECS answers from the same machine. */
const TIMEOUT_MS = 2_000;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html */
const containerSchema = z.object({ ImageID: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** @returns for example `sha256:…`; undefined outside ECS, and where it does not tell: no run fails for want of it */
export async function runningImageDigest(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const url = environment['ECS_CONTAINER_METADATA_URI_V4'];
  if (url === undefined) return undefined;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return containerSchema.parse(await answer.json()).ImageID;
  } catch {
    return undefined;
  }
}
