// Copies of real media, cut off or with bytes flipped at places that chance chooses, and come again by the same seed.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** Copies every file up to `maxBytes` below `from`, and makes damaged ones of each `times` over. Answers how many of both. */
export function layOut(
  from: string,
  to: string,
  random: () => number,
  { times, maxBytes }: { times: number; maxBytes: number },
): { whole: number; damaged: number } {
  mkdirSync(join(to, "damaged"), { recursive: true });
  const counts = { whole: 0, damaged: 0 };
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || statSync(path).size > maxBytes) continue;
    copyFileSync(path, join(to, `${counts.whole}-${entry.name}`));
    counts.whole++;
    for (let n = 0; n < times; n++) {
      const name = basename(entry.name, extname(entry.name));
      const target = join(to, "damaged", `${name}-${counts.damaged}${extname(entry.name)}`);
      writeFileSync(target, damage(readFileSync(path), random));
      counts.damaged++;
    }
  }
  return counts;
}

function damage(bytes: Buffer, random: () => number): Buffer {
  if (random() < 0.5) return bytes.subarray(0, Math.floor(bytes.length * random()));
  const flips = 1 + Math.floor(random() * 40);
  for (let n = 0; n < flips && bytes.length > 0; n++) bytes[Math.floor(random() * bytes.length)]! ^= 0xff;
  return bytes;
}
