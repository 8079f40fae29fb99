import { PartBuffers } from '../../lib/runtime/part-buffers';

const never = new AbortController().signal;

/** Whether the promise is settled once all that can happen now has happened. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test('who finds no room waits until another gives back', async () => {
  const buffers = new PartBuffers(20);
  const first = await buffers.take(10, never);
  await buffers.take(10, never);
  const third = buffers.take(10, never);
  expect(await settled(third)).toBe(false);
  buffers.giveBack(first);
  expect(await third).toBe(first);
});

test('a part larger than all room is taken alone', async () => {
  const buffers = new PartBuffers(20);
  const small = await buffers.take(10, never);
  const large = buffers.take(50, never);
  const behind = buffers.take(10, never);
  buffers.giveBack(small);
  expect((await large).byteLength).toBe(50);
  expect(await settled(behind)).toBe(false);
  buffers.drop(await large);
  expect((await behind).byteLength).toBe(10);
});

test('a buffer that a failed request may still read is not used again', async () => {
  const buffers = new PartBuffers(10);
  const dropped = await buffers.take(10, never);
  buffers.drop(dropped);
  expect(await buffers.take(10, never)).not.toBe(dropped);
});

test('who stops waiting leaves the queue to the next', async () => {
  const buffers = new PartBuffers(10);
  const held = await buffers.take(10, never);
  const controller = new AbortController();
  const gone = buffers.take(10, controller.signal);
  const next = buffers.take(10, never);
  controller.abort(new Error('stopped'));
  await expect(gone).rejects.toThrow('stopped');
  buffers.giveBack(held);
  expect(await next).toBe(held);
});
