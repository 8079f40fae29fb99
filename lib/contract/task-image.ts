/** What containers/postgres and the task definitions agree on: build arguments, user, and paths inside the image. */

/** Build arguments of containers/postgres/Dockerfile. */
export const IMAGE_BUILD_ARGUMENTS = {
  /** For example `17`: the major version of PostgreSQL's client programs. */
  postgresMajor: 'POSTGRES_MAJOR',
  /** `system`, `rds`, or the path of a PEM file in the project: see `AUTHORITIES_FILE`. */
  authorities: 'AUTHORITIES',
} as const;

/** User and group of the programs, by number: ECS compares no names. */
export const IMAGE_USER = '10001:10001';

/**
 * The only folders that can be written: each is a VOLUME of the Dockerfile, owned by the user there, because Fargate
 * copies owner and mode of a mount from the image (docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html).
 */
export const WRITABLE_FOLDERS = { scratch: '/scratch', temporary: '/tmp' } as const;

/** Certificates that are trusted where `authorities` is not `system`. */
export const AUTHORITIES_FILE = '/etc/backstop/authorities.pem';
