/** For people at a terminal: a bar that moves, colour for what matters. */
import { styleText } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import type { Clock } from './clock';
import { factsText, progressText } from './line-reporter';
import { fractionOf } from './progress-rate';
import type { Reporter } from './reporter';

const STEPS = 1000;

/** @param stream a terminal */
export function terminalReporter(stream: NodeJS.WriteStream, clock: Clock): Reporter {
  let bar: { readonly phase: string; readonly beganAt: number; readonly shown: SingleBar } | undefined;
  const close = () => {
    bar?.shown.stop();
    bar = undefined;
  };
  const line = (text: string) => {
    close();
    stream.write(`${text}\n`);
  };
  return {
    info: (text, facts) => {
      line(`${text}${styleText('dim', factsText(facts), { stream })}`);
    },
    warn: (text, facts) => {
      line(styleText('yellow', `WARNING: ${text}${factsText(facts)}`, { stream }));
    },
    progress: (progress) => {
      const now = clock.now().getTime();
      if (bar?.phase !== progress.phase) {
        close();
        const shown = new SingleBar(
          { stream, format: '{bar} {text}', clearOnComplete: true, hideCursor: true, barsize: 24 },
          Presets.shades_classic,
        );
        shown.start(STEPS, 0, { text: '' });
        bar = { phase: progress.phase, beganAt: now, shown };
      }
      const text = progressText(progress, (now - bar.beganAt) / 1000);
      bar.shown.update(Math.round((fractionOf(progress) ?? 0) * STEPS), { text });
    },
    close,
  };
}
