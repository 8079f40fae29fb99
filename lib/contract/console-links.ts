/** Where AWS's console shows something. Pure. */

const CONSOLES: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

export interface ConsolePlace {
  readonly partition: string;
  readonly region: string;
}

/** @param fragment for example `alarmsV2:` */
export function cloudWatchConsole({ partition, region }: ConsolePlace, fragment: string): string {
  const host = `${region}.${CONSOLES[partition] ?? 'console.aws.amazon.com'}`;
  return `https://${host}/cloudwatch/home?region=${region}#${fragment}`;
}
