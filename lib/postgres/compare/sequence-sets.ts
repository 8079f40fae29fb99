/** Sequences: what the archive sets, and where the restored ones stand. They are outside every snapshot. */
import type { Client } from 'pg';
import type { Difference } from '../../contract/inventory';
import { USER_SCHEMA } from '../catalog/spec';
import type { SequenceOwner } from '../inventory/sequence-owners';
import { qualifiedName } from '../tables';
import { QUALIFIED, qualifiedFrom, readable } from './identifiers';

export interface SequenceValue {
  readonly value: bigint;
  /** Whether the next value is the one after; otherwise it is `value` itself. */
  readonly called: boolean;
}

/** By qualified name (tables.ts). */
export type SequenceValues = ReadonlyMap<string, SequenceValue>;

const SET = new RegExp(
  `^SELECT pg_catalog\\.setval\\('((?:${QUALIFIED.replaceAll("'", "''")}))', (-?\\d+), (true|false)\\);$`,
);

/** One line of a plain dump; undefined where it sets no sequence. */
export function parseSequenceSet(line: string): [name: string, value: SequenceValue] | undefined {
  const [, name, value, called] = SET.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const qualified = qualifiedFrom(name.replaceAll("''", "'"));
  return [qualifiedName(qualified), { value: BigInt(value), called: called === 'true' }];
}

/** The SEQUENCE SET entries of a plain dump without data. */
export function parseSequenceSets(sqlText: string): Map<string, SequenceValue> {
  const sets = sqlText.split('\n').map(parseSequenceSet);
  return new Map(sets.filter((set) => set !== undefined));
}

const LIST = `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ${USER_SCHEMA}`;

/** Where each sequence of a database stands. */
export async function readSequences(client: Client): Promise<Map<string, SequenceValue>> {
  const { rows } = await client.query<{ schema: string; name: string }>(LIST);
  const values = new Map<string, SequenceValue>();
  for (const name of rows.map(qualifiedName)) {
    const {
      rows: [row],
    } = await client.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${name}`,
    );
    if (row !== undefined) values.set(name, { value: BigInt(row.value), called: row.called });
  }
  return values;
}

/**
 * Each restored sequence stands where the archive puts it, and has reached the values of the column that owns it.
 *
 * @param owners as counted in the dump's snapshot; one that was behind at the source is reported and does not fail
 */
export function compareSequences(
  expected: SequenceValues,
  actual: SequenceValues,
  owners: readonly SequenceOwner[],
): Difference[] {
  const wrong = [...expected].flatMap(([name, was]): Difference[] => {
    const is = actual.get(name);
    const subject = `sequence ${readable(name)}`;
    if (is === undefined) return [{ class: 'data', subject, text: 'is missing' }];
    if (is.value === was.value && is.called === was.called) return [];
    return [
      {
        class: 'data',
        subject,
        text: `stands at ${shown(is)}, stood at ${shown(was)} when it was backed up`,
      },
    ];
  });
  return [
    ...wrong,
    ...owners.flatMap((owner) =>
      behindOwner(owner, actual.get(owner.sequence), expected.get(owner.sequence)),
    ),
  ];
}

function shown({ value, called }: SequenceValue): string {
  return called ? String(value) : `${value} (not yet used)`;
}

/** @param was in the archive: where it is the same, somebody set the sequence back while the backup ran */
function behindOwner(
  owner: SequenceOwner,
  is: SequenceValue | undefined,
  was: SequenceValue | undefined,
): Difference[] {
  if (is === undefined || owner.extreme === null) return [];
  const sign = owner.ascending ? 1 : -1;
  const reached = Number(is.called ? is.value : is.value - BigInt(sign));
  if ((reached - Number(owner.extreme)) * sign >= 0) return [];
  const text = `stands at ${shown(is)}, but ${readable(owner.table)} has ${owner.extreme} in ${owner.column}: new rows may collide`;
  const atSource = owner.behind || (was?.value === is.value && was.called === is.called);
  return [
    {
      class: atSource ? 'environment' : 'data',
      subject: `sequence ${readable(owner.sequence)}`,
      text: atSource ? `${text}, as at the source` : text,
    },
  ];
}
