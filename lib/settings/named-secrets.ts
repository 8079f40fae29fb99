/** Which secrets of Secrets Manager the settings name: each must be there before anything runs. */
import type { Settings } from './schema';

export function namedSecrets({
  databases,
  notifications,
}: Pick<Settings, 'databases' | 'notifications'>): ReadonlySet<string> {
  const passwords = Object.values(databases).flatMap(({ connection }) =>
    connection === 'elsewhere' || connection.password === undefined ? [] : [connection.password.secret],
  );
  const targets = Object.values(databases).flatMap(({ drill }) =>
    drill.when === 'never' || drill.target === 'throw-away' ? [] : [drill.target.secret],
  );
  return new Set([...passwords, ...targets, ...notifications.webhooks.map(({ secret }) => secret)]);
}
