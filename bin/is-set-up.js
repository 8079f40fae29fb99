// Loaded before anything that npm installed: says what to do where nothing is installed. Plain JavaScript without dependencies.
const { existsSync } = require('node:fs');
const path = require('node:path');

if (!existsSync(path.resolve(__dirname, '../node_modules/tsx'))) {
  process.stderr.write(
    'ERROR: The packages of Backstop are not installed here: node_modules/tsx is missing.\n' +
      '  What to do: npm run setup (once after a clone, and after each upgrade)\n',
  );
  process.exit(2);
}
