// How often one address may try to sign in or up. Counted before the password is looked at, so that many tries at once
// count too; a success gives its points back.

import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refused } from "../runtime/errors.ts";

export interface Attempts {
  /** `Refused` 429 with the seconds to wait. Answers what to call when the attempt was right. */
  take(address: string, email: string): Promise<() => Promise<void>>;
}

/** Wrong tries in five minutes. */
export const attemptLimits = { perAccount: 6, perAddress: 40, windowS: 300 };

export function openAttempts(limits = attemptLimits): Attempts {
  const perAccount = new RateLimiterMemory({ points: limits.perAccount, duration: limits.windowS });
  const perAddress = new RateLimiterMemory({ points: limits.perAddress, duration: limits.windowS });
  return {
    async take(address, email) {
      const network = networkOf(address);
      const account = `${network} ${email}`;
      await consume(perAddress, network);
      await consume(perAccount, account);
      return async () => {
        await perAddress.reward(network);
        await perAccount.delete(account);
      };
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfterS = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new Refused(429, "attempts.exceeded", `Too many attempts. Try again in ${inWords(retryAfterS)}.`, {
      retryAfterS,
    });
  }
}

function inWords(seconds: number): string {
  if (seconds === 1) return "1 second";
  return seconds < 100 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}

/** One household has a whole /64 of IPv6 addresses to try from. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const first = head.split(":").filter(Boolean);
  const last = tail?.split(":").filter(Boolean) ?? [];
  const middle = tail === undefined ? [] : Array(Math.max(0, 8 - first.length - last.length)).fill("0");
  return [...first, ...middle, ...last].slice(0, 4).join(":");
}
