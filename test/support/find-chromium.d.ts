/** A browser of Chromium's kind: CHROME_PATH, else the first on the PATH; undefined where there is none. */
export function chromiumProgram(): string | undefined;
