// Packages that ship only as ES modules; jest needs them as CommonJS, Node 24 and esbuild do not.
const esModulesOnly = [
  'canonicalize',
  'p-limit',
  'yocto-queue',
  'echarts',
  'zrender',
  'puppeteer-core',
  '@puppeteer/browsers',
];

module.exports = {
  testEnvironment: 'node',
  // Images that were built here: copies of our own files among them.
  modulePathIgnorePatterns: ['<rootDir>/.tools/images/'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.[cm]?[jt]s$': '<rootDir>/test/support/esbuild-transformer.js' },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
