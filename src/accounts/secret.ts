// Secrets that are shown once and kept as SHA-256: tokens, invitations, the setup link.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits in URL-safe letters, after a prefix that tells people (and secret scanners) what it is. */
export function newSecret(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** Plain SHA-256 is enough: what is hashed has 256 random bits, so there is nothing to guess. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
}
