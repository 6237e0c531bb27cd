import { setDefaultTimeout, test } from "bun:test";
import { checkHistories } from "./histories.ts";

setDefaultTimeout(60_000);

test("under any history limits hold, no job is lost or runs twice, none waits for nothing, and all get done", () =>
  checkHistories({ histories: 60, seed: 20_261_122 }));
