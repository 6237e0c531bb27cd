import { expect, test } from "bun:test";
import { StatusBadge } from "../../views/parts/status.tsx";

test("work that was not needed is no success: a grey badge says that it was skipped", () => {
  const badge = String(<StatusBadge status="not needed" />);
  expect(badge).toContain('class="badge badge-skipped"');
  expect(badge.replaceAll(/<[^>]*>/g, "")).toBe("Skipped");
});
