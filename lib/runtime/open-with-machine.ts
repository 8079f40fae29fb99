/** Opens a file or a URL with what the machine has for it: a browser, an editor. */
import { Failure, messageOf } from '../contract/failure';

/** @throws Failure `usage` where the machine has nothing to open it with */
export async function openWithMachine(target: string): Promise<void> {
  try {
    // An ES module, which is loaded only where it is needed.
    const { default: open } = await import('open');
    const child = await open(target);
    // Without a desktop its program may be missing; nobody waits for it.
    child.on('error', () => undefined);
  } catch (cause) {
    throw new Failure('usage', `${target} cannot be opened on this machine: ${messageOf(cause)}`, {
      hint: 'Give --print, and open it yourself.',
      cause,
    });
  }
}
