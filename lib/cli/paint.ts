/** Colour for what matters, on a terminal only; NO_COLOR and FORCE_COLOR are heeded. */
import { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Output } from './command-io';

type Format = Parameters<typeof styleText>[0];

/** @param output where the text goes: what is no stream gets no colour */
export function paint(format: Format, text: string, output: Output): string {
  return output instanceof Writable ? styleText(format, text, { stream: output }) : text;
}
