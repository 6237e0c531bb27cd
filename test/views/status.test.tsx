import { expect, test } from "bun:test";
import { StatusBadge } from "../../views/parts/status.tsx";

test("work that was not needed is no success: a grey badge says that it was skipped", () => {
  expect(String(<StatusBadge status="not needed" />)).toBe(
    '<span class="badge badge-skipped">Skipped</span>',
  );
});
