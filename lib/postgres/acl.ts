/** Privilege lists as the server writes them: `app=CTc/owner`. Pure. */

export interface AclItem {
  /** Empty for PUBLIC. */
  readonly grantee: string;
  /** One letter per privilege, with `*` after those that may be passed on. */
  readonly privileges: string;
  readonly grantor: string;
}

/** https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGES-SUMMARY-TABLE */
export function parseAcl(acl: readonly string[]): AclItem[] {
  return acl.flatMap((item) => {
    const [, grantee, privileges = '', grantor] =
      /^("(?:[^"]|"")*"|[^=]*)=([^/]*)\/("(?:[^"]|"")*"|.*)$/.exec(item) ?? [];
    if (grantee === undefined || grantor === undefined) return [];
    return [{ grantee: unquoted(grantee), privileges, grantor: unquoted(grantor) }];
  });
}

function unquoted(role: string): string {
  return role.startsWith('"') ? role.slice(1, -1).replaceAll('""', '"') : role;
}
