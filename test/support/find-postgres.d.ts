/** Majors that the tests compare. */
export const WANTED_MAJORS: readonly number[];

/** The folder that holds the server and the client programs of a major, or undefined where there is none. */
export function serverBinDirectory(major: number): string | undefined;

/** The wanted majors whose servers are here; where there is none of them, any other one. */
export function installedMajors(): number[];
