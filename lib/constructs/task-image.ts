/** The images that tasks run, per major version of PostgreSQL: built from the project or there already. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Aws, IgnoreMode } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { Failure } from '../contract/failure';
import {
  AUTHORITIES_FILE,
  IMAGE_BUILD_ARGUMENTS,
  TASK_DOCKERFILE,
  type ImageTarget,
} from '../contract/task-image';
import type { ARCHITECTURES, ComputeSettings } from '../settings/platform-schema';

const ROOT = path.resolve(__dirname, '../..');

export interface TaskImageProps {
  readonly compute: ComputeSettings;
  /** Of PostgreSQL. */
  readonly major: number;
  /** As in the settings' `tls.authorities`: `system`, `rds` or the path of a PEM file in the project. */
  readonly authorities: string;
  /** @default 'tasks' */
  readonly program?: ImageTarget;
  /** Of a drill: an image with the server and its extensions. @default - PostgreSQL's own packages */
  readonly base?: string;
}

export interface TaskImage {
  readonly image: ContainerImage;
  /** For example `sha256:…`; undefined for one that is built at deployment: nobody knows it at synth. */
  readonly digest: string | undefined;
}

/** Docker is needed only where an image is built, and only at deployment. */
export function taskImage(scope: Construct, id: string, props: TaskImageProps): TaskImage {
  const prebuilt = prebuiltFor(props);
  return prebuilt === undefined
    ? { image: ContainerImage.fromDockerImageAsset(builtImage(scope, id, props)), digest: undefined }
    : { image: prebuiltImage(scope, id, prebuilt), digest: prebuilt.slice(prebuilt.indexOf('@') + 1) };
}

function prebuiltFor({ program = 'tasks', compute, major }: TaskImageProps): string | undefined {
  const images = program === 'drill' ? compute.drillImages : compute.images;
  return Object.entries(images).find(([of]) => of === String(major))?.[1];
}

/** That of the settings, else the one of this machine, whose Docker builds the image. */
export function taskArchitecture({ architecture = builders() }: ComputeSettings): CpuArchitecture {
  return { arm64: CpuArchitecture.ARM64, x86_64: CpuArchitecture.X86_64 }[architecture];
}

/** What the connections of a task name as `sslrootcert`. */
export function trustedAuthorities(authorities: string): string {
  return authorities === 'system' ? 'system' : AUTHORITIES_FILE;
}

function builders(): (typeof ARCHITECTURES)[number] {
  return process.arch === 'arm64' ? 'arm64' : 'x86_64';
}

function builtImage(scope: Construct, id: string, props: TaskImageProps) {
  const { compute, major, authorities, program = 'tasks', base } = props;
  const kind = kindOf(authorities);
  const { ARM64 } = CpuArchitecture;
  return new DockerImageAsset(scope, id, {
    directory: ROOT,
    file: TASK_DOCKERFILE,
    target: program,
    /** As Docker itself does, it leaves out what .dockerignore says: tests and docs change no image. */
    ignoreMode: IgnoreMode.DOCKER,
    platform: taskArchitecture(compute) === ARM64 ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    buildArgs: {
      [IMAGE_BUILD_ARGUMENTS.postgresMajor]: String(major),
      [IMAGE_BUILD_ARGUMENTS.authorities]: kind,
      ...(base !== undefined && { [IMAGE_BUILD_ARGUMENTS.drillImage]: base }),
      ...(kind === 'own' && { [IMAGE_BUILD_ARGUMENTS.authoritiesPem]: certificates(authorities) }),
    },
  });
}

/** From a repository of ECR, in this account or another one, the start of the task gets leave to pull it. */
function prebuiltImage(scope: Construct, id: string, image: string): ContainerImage {
  const [, account, region, repositoryName, digest] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@]+)@(.+)$/.exec(image) ?? [];
  if (account === undefined || region === undefined || repositoryName === undefined)
    return ContainerImage.fromRegistry(image);
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName,
    repositoryArn: `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repositoryName}`,
  });
  return ContainerImage.fromEcrRepository(repository, digest);
}

function kindOf(authorities: string): 'system' | 'rds' | 'own' {
  return authorities === 'system' || authorities === 'rds' ? authorities : 'own';
}

/** @throws Failure `usage` where there is no such file, or it holds something else */
function certificates(file: string): string {
  const text = readText(path.resolve(ROOT, file));
  if (text.includes('BEGIN CERTIFICATE') && !text.includes('PRIVATE KEY')) return text.trim();
  throw new Failure('usage', `${file} holds no certificates, or more than certificates.`, {
    hint: 'Name a PEM file with the certificates of the authorities that signed the server’s certificate.',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('usage', `There is no file ${file} of authorities.`, {
      hint: 'tls.authorities is system, rds, or the path of a PEM file, relative to the project.',
      cause,
    });
  }
}
