/** Building blocks of the settings' form: each says what is allowed in the words of its error. */
import { z } from 'zod';

/** An object without unknown fields: a misspelt one is named together with those that exist. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, `an object with only these fields: ${known}`);
}

export function whole(unit: string, atLeast: number, atMost: number) {
  const allowed = `whole ${unit} from ${atLeast} to ${atMost}`;
  return z.int(allowed).min(atLeast, allowed).max(atMost, allowed);
}

export function number(atLeast: number, atMost: number) {
  const allowed = `a number from ${atLeast} to ${atMost}`;
  return z.number(allowed).min(atLeast, allowed).max(atMost, allowed);
}

export function days(atLeast: number) {
  return whole('days', atLeast, 36_500);
}

export function text(pattern: RegExp, allowed: string) {
  return z.string(allowed).regex(pattern, allowed);
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `one of ${values.join(', ')}`);
}

/** A pattern must start with fixed characters, so that it can never name every role of an account. */
export const roleArn = text(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{3}[\w+=,.@/*?-]*$/,
  'the ARN of an IAM role, for example arn:aws:iam::111122223333:role/break-glass; * and ? may stand in its name',
);

/**
 * Name or complete ARN of a secret in Secrets Manager; its value never stands in the settings. ECS asks by an ARN without the
 * six characters at its end, and where the name itself ends so, as in `shop-backup`, Secrets Manager takes it for complete
 * and finds nothing (docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html).
 */
export const secretName = text(
  /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}|(?!arn:|.*-[A-Za-z0-9]{6}$)[\w/+=.@-]{1,512})$/,
  'the complete ARN of a Secrets Manager secret (with its six last characters), or its name where that does not end in a hyphen and six characters',
);

/** A tag may be moved to another image, a digest cannot. */
export const prebuiltImage = text(
  /^[a-z0-9][a-z0-9./:_-]*@sha256:[0-9a-f]{64}$/,
  'an image by its digest, for example 111122223333.dkr.ecr.eu-central-1.amazonaws.com/backstop@sha256:…',
);
