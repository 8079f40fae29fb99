// jest reads TypeScript through the same compiler that bundles the programs.
const { transformSync } = require('esbuild');

module.exports = {
  process(source, file) {
    const loader = file.endsWith('.ts') ? 'ts' : 'js';
    return transformSync(source, {
      loader,
      format: 'cjs',
      target: 'node22',
      sourcemap: 'inline',
      sourcefile: file,
    });
  },
};
