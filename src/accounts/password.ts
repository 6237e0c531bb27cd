// Passwords: argon2id with 19 MiB and two passes (OWASP's choice), small enough for a NAS that signs in several people at once.

import type { Fault } from "../runtime/errors.ts";

export const passwordLength = { min: 8, max: 128 };

export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 });
}

export function isPassword(password: string, hash: string): Promise<boolean> {
  return Bun.password.verify(password, hash);
}

export function passwordFault(password: string): Fault | undefined {
  const { min, max } = passwordLength;
  if (password.length >= min && password.length <= max) return undefined;
  return { path: ["password"], message: `The password must have ${min} to ${max} characters.` };
}
