/** Reads the status that the monitor wrote last. */
import { Failure } from '../../contract/failure';
import { statusSchema, type Status } from '../../contract/status';
import { statusKey } from '../../contract/status-pages';
import type { Documents } from '../../runtime/documents';

/** @throws Failure `stored-data-faulty` where there is none that can be read; `store-failed` */
export async function readStatus(documents: Documents): Promise<Status> {
  const place = `${documents.url}/${statusKey('json')}`;
  const body = await documents.read(statusKey('json'));
  if (body === undefined)
    throw new Failure('stored-data-faulty', `There is no status yet: ${place}.`, {
      hint: 'The monitor writes it in its hourly pass; its log says why it did not.',
    });
  const status = statusSchema.safeParse(parsed(body)).data;
  if (status !== undefined) return status;
  throw new Failure('stored-data-faulty', `${place} is no status of a version that is known here.`, {
    hint: 'Deploy again, or use the Backstop that is deployed.',
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
