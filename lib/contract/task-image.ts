/** What containers/postgres and the task definitions agree on: build arguments, user, and paths inside the image. */

/** Its build context is the project's folder. */
export const TASK_DOCKERFILE = 'containers/postgres/Dockerfile';

/**
 * Its final stages: `tasks` backs up and restores, and is what a build without `--target` makes; `drill` has programs of the
 * server and every locale besides. Both run the same program.
 */
export const IMAGE_TARGETS = ['tasks', 'drill'] as const;
export type ImageTarget = (typeof IMAGE_TARGETS)[number];

/** Build arguments of the Dockerfile. */
export const IMAGE_BUILD_ARGUMENTS = {
  /** For example `17`: the major version of PostgreSQL's programs. */
  postgresMajor: 'POSTGRES_MAJOR',
  /** Image with a server of that major, whose extensions a drill needs; without it PostgreSQL's own packages are taken. */
  drillImage: 'DRILL_IMAGE',
  /** `system`, `rds` or `own`: what lies in `AUTHORITIES_FILE`; with `system` there is no such file. */
  authorities: 'AUTHORITIES',
  /**
   * With `own`: the text of the PEM file that the settings name, read at synth. So the file may lie anywhere in the
   * project, and no other PEM file gets into the build. Certificates are no secret.
   */
  authoritiesPem: 'AUTHORITIES_PEM',
} as const;

/** User and group of the programs, by number: ECS compares no names. */
export const IMAGE_USER = '10001:10001';

/**
 * The only folders that can be written: each is a VOLUME of the Dockerfile, owned by the user there, because Fargate
 * copies owner and mode of a mount from the image (docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html).
 */
export const WRITABLE_FOLDERS = { scratch: '/scratch', temporary: '/tmp' } as const;

/** Certificates that are trusted where `authorities` is not `system`: the value of PGSSLROOTCERT then. */
export const AUTHORITIES_FILE = '/etc/backstop/authorities.pem';
