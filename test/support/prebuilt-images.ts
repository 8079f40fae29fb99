/** Settings that need no Docker: with images that somebody else built. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const PREBUILT_DIGEST = `sha256:${'5'.repeat(64)}`;
const REPOSITORY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/backstop';

/**
 * Writes settings that are those of another file but for the images.
 * @param changes to the settings, as the text of an object in which the original is `original`
 * @returns the path of the new file
 */
export function withPrebuiltImages(settingsFile: string, folder: string, changes = '{}'): string {
  const file = path.join(folder, `prebuilt-${path.basename(settingsFile)}`);
  const images = Object.fromEntries(
    [15, 16, 17, 18, 19].map((major) => [major, `${REPOSITORY}@${PREBUILT_DIGEST}`]),
  );
  writeFileSync(
    file,
    `import original from ${JSON.stringify(path.resolve(settingsFile))};
const images = ${JSON.stringify(images)};
const compute = { ...original.compute, architecture: 'arm64', images, drillImages: images };
export default { ...original, compute, ...${changes} };
`,
  );
  return file;
}
