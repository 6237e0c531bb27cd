// A user as the rest of the server sees one, and what is known of somebody who asks.

import type { UserRow } from "../db/tables/accounts.ts";

export interface Account {
  id: string;
  email: string;
  name: string;
  role: UserRow["role"];
}

/** What the server knows of who asks, whatever they say. `http/caller.ts` reads it from a request. */
export interface Caller {
  address: string;
  /** On this machine, straight to this server. */
  isLocal: boolean;
  /** Over TLS: cookies are marked `Secure`. */
  isSecure: boolean;
}

/** `cookies` are whole `Set-Cookie` values. */
export interface SignedIn {
  user: Account;
  cookies: string[];
}

export function accountOf({ id, email, name, role }: Account): Account {
  return { id, email, name, role };
}
