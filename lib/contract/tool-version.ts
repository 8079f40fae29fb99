import packageJson from '../../package.json';

/** Of Backstop itself: written into each manifest. */
export const TOOL_VERSION: string = packageJson.version;
