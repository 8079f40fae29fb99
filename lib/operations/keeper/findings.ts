/** What a run of the keeper has to tell: what needs a person at once, and what it turned away. */
import { Failure, messageOf } from '../../contract/failure';

/**
 * A document that is not believed. Nothing is done because of it, and to try again would change nothing: so it is told, but
 * makes no run fail. Whoever counts faulty documents is the monitor.
 */
export class RefusedDocument extends Failure {
  constructor(message: string, hint?: string) {
    super('stored-data-faulty', message, hint === undefined ? {} : { hint });
  }
}

/** Reads a document. @throws RefusedDocument where it is not believed; Failure `store-failed` */
export async function orRefused<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((error: unknown) => {
    if (error instanceof Failure && error.kind === 'stored-data-faulty')
      throw new RefusedDocument(error.message, error.hint);
    throw error;
  });
}

export class Findings {
  /** What needs a person, in words. */
  readonly faults: string[] = [];
  /** Documents that were not believed, and why. */
  readonly refused: string[] = [];

  /** One piece of work that fails does not keep the others from being done. @returns undefined where it failed */
  async attempt<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch((error: unknown) => {
      this.tell(error);
      return undefined;
    });
  }

  /** Once, however often it is met. */
  tell(error: unknown): void {
    const told = error instanceof RefusedDocument ? this.refused : this.faults;
    const message = messageOf(error);
    if (!told.includes(message)) told.push(message);
  }
}
