// The same random histories as the tests, as many as you like, each time others:
//   bun test/soak.ts [--histories=2000] [--steps=120] [--seed=N] [--path=…]
// What fails is printed with its seed and path.

import { checkHistories } from "./queue/histories.ts";

const option = (name: string) => process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const histories = Number(option("histories") ?? 2_000);
const steps = Number(option("steps") ?? 120);
const seed = Number(option("seed") ?? Date.now() % 1_000_000_000);
const from = performance.now();
try {
  await checkHistories({ histories, steps, seed, path: option("path") });
} catch (error) {
  console.error((error as Error).message);
  console.error(String((error as Error).cause));
  process.exit(1);
}
const s = (performance.now() - from) / 1000;
console.log(
  `${histories} histories of up to ${steps} steps kept every promise (seed ${seed}, ${s.toFixed(1)} s).`,
);
