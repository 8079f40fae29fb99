// Where a PostgreSQL server of a major lies on this machine. Plain JavaScript: bin/setup asks before anything is installed.
const { spawnSync } = require('node:child_process');
const { existsSync, realpathSync } = require('node:fs');
const path = require('node:path');

/** The tests compare two majors: the last one before zstd came to pg_dump, and a newer one. */
const WANTED_MAJORS = [15, 17];
/** Better than no server at all. */
const OTHER_MAJORS = [18, 16, 14];

const PROGRAMS = ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'psql'];

/** Debian, Fedora, Homebrew and Postgres.app, and what bin/setup unpacked. */
function usualDirectories(major) {
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
    path.resolve(__dirname, `../../.tools/postgres-${major}/usr/lib/postgresql/${major}/bin`),
  ];
}

function isComplete(directory) {
  return PROGRAMS.every((program) => existsSync(path.join(directory, program)));
}

function hasMajor(directory, major) {
  const { stdout } = spawnSync(path.join(directory, 'postgres'), ['--version'], { encoding: 'utf8' });
  return new RegExp(`\\) ${major}(\\.|[a-z])`).test(stdout ?? '');
}

/** The folder that holds the server and the client programs of a major, or undefined. */
function serverBinDirectory(major) {
  const usual = usualDirectories(major).find(isComplete);
  // A symbolic link would hide that the folder behind it is open to the unprivileged account of the servers.
  if (usual !== undefined) return realpathSync(usual);
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return onPath.find((directory) => isComplete(directory) && hasMajor(directory, major));
}

/** The wanted majors whose servers are here; where there is none of them, any other one. */
function installedMajors() {
  const found = (major) => serverBinDirectory(major) !== undefined;
  const wanted = WANTED_MAJORS.filter(found);
  return wanted.length > 0 ? wanted : OTHER_MAJORS.filter(found).slice(0, 1);
}

module.exports = { WANTED_MAJORS, serverBinDirectory, installedMajors };
