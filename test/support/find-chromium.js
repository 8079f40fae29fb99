// Where a browser of Chromium's kind lies on this machine. Plain JavaScript: bin/setup asks before anything is installed.
const { existsSync } = require('node:fs');
const path = require('node:path');

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const OF_MACOS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** CHROME_PATH, else the first on the PATH, or undefined. */
function chromiumProgram() {
  const given = process.env.CHROME_PATH;
  if (given) return existsSync(given) ? given : undefined;
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const onPath = PROGRAMS.flatMap((program) => folders.map((folder) => path.join(folder, program)));
  return [...onPath, ...OF_MACOS].find((program) => existsSync(program));
}

module.exports = { chromiumProgram };
