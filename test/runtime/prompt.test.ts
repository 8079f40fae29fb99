import { PassThrough } from 'node:stream';
import { terminalPrompt } from '../../lib/runtime/prompt';

function conversation(signal = new AbortController().signal) {
  const [keyboard, screen] = [new PassThrough(), new PassThrough()];
  return { keyboard, screen, prompt: terminalPrompt(keyboard, screen, signal) };
}

test('a question is shown, and its answer comes without the blanks around it', async () => {
  const { keyboard, screen, prompt } = conversation();
  const answer = prompt.ask('name: ');
  keyboard.write('  acme \n');
  await expect(answer).resolves.toBe('acme');
  expect(String(screen.read())).toContain('name: ');
  prompt.close();
});

test('whoever closes the terminal ends the questions', async () => {
  const { keyboard, prompt } = conversation();
  const answer = prompt.ask('name: ');
  keyboard.end();
  await expect(answer).rejects.toMatchObject({
    kind: 'stopped',
    message: expect.stringContaining('terminal was closed'),
  });
  await expect(prompt.ask('host: ')).rejects.toMatchObject({ kind: 'stopped' });
});

test('a signal ends a question that waits', async () => {
  const stop = new AbortController();
  const { prompt } = conversation(stop.signal);
  const answer = prompt.ask('name: ');
  stop.abort(new Error('SIGTERM came'));
  await expect(answer).rejects.toThrow('SIGTERM came');
  prompt.close();
});
