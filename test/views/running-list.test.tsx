import { expect, test } from "bun:test";
import { type RunningLine, RunningList } from "../../views/parts/running-list.tsx";

const run: RunningLine = {
  id: 7,
  kindLabel: "Video transcode",
  queue: "video-transcode",
  host: "nas",
  target: "Videos/a very long name.avi",
  targetHref: "/files/1",
  progress: 46.7,
  startedAt: new Date(0),
  remaining: { lowS: 10, highS: 40 },
  silentMin: null,
  standsStill: null,
  mayGoOn: false,
};
const shown = (line: RunningLine) => String(<RunningList running={[line]} url={(path) => path} />);

test("a stuck run says for how long it has been silent where no long name cuts it off, and promises no end", () => {
  expect(shown(run)).toContain("left</small>");
  const stuck = shown({ ...run, silentMin: 6 });
  expect(stuck).not.toContain("left</small>");
  expect(stuck.slice(stuck.indexOf('class="time muted"'))).toContain("stuck: no sign of life for 6 min");
});

test("percent are those that are done: 46.7 is not 47, as in the words beside it", () => {
  expect(shown(run)).toContain(">46%<");
});
