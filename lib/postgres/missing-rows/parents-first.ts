/** The order in which rows of tables that name one another are put back. Pure. */

/** A foreign key: rows of `child` name rows of `parent`. */
export interface Reference {
  readonly child: string;
  readonly parent: string;
}

/**
 * Parents before children, otherwise as they come.
 * @returns also the names that stand in a circle with one another; a table that names itself is none
 */
export function parentsFirst(
  names: readonly string[],
  references: readonly Reference[],
): { readonly order: readonly string[]; readonly circular: readonly string[] } {
  const order: string[] = [];
  const circular = new Set<string>();
  const open: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    if (open.includes(name)) {
      for (const each of open.slice(open.indexOf(name))) circular.add(each);
      return;
    }
    open.push(name);
    for (const { child, parent } of references)
      if (child === name && parent !== name && names.includes(parent)) visit(parent);
    open.pop();
    order.push(name);
  };
  for (const name of names) visit(name);
  return { order, circular: [...circular] };
}
