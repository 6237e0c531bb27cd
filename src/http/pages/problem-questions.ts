// What is asked before something is done with all failures of one cause, or of several that are ticked: each says how
// many things it touches.

import { counted } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import { IgnoreFields } from "../../../views/parts/ignore-fields.tsx";
import type { Problem } from "../../healing/problems.ts";

export type ProblemAct = "retry" | "ignore" | "quarantine";

export function isProblemAct(act: string): act is ProblemAct {
  return Object.hasOwn(questions, act);
}

export function problemQuestion(act: ProblemAct, problems: Problem[]): Question {
  const [first] = problems;
  const one = problems.length === 1;
  return {
    ...questions[act](problems),
    action: `/admin/problems/${one ? first!.fingerprint : "ticked"}/${act}`,
    back: "/admin/problems",
    danger: act === "quarantine",
    ...(one ? {} : { fields: [["causes", problems.map((p) => p.fingerprint).join()]] }),
  };
}

type Asked = Pick<Question, "title" | "lines" | "verb" | "asks" | "isEmpty">;

const questions: Record<ProblemAct, (problems: Problem[]) => Asked> = {
  retry(problems) {
    const count = jobsOf(problems);
    return {
      title: `Retry ${counted(count, "failed job")}?`,
      lines: [
        `${count === 1 ? "It waits again, with a fresh count of tries." : "They wait again, each with a fresh count of tries."} As long as the cause is not gone, ${count === 1 ? "it ends" : "they end"} the same way${problems.length === 1 ? `: ${problems[0]!.meaning}` : "."}`,
        ...named(problems),
      ],
      verb: `Retry ${counted(count, "job")}`,
    };
  },
  ignore(problems) {
    const count = jobsOf(problems);
    const [first] = problems;
    return {
      title:
        problems.length === 1
          ? `Ignore this cause of ${counted(count, "failure")}?`
          : `Ignore ${counted(problems.length, "cause")} of ${counted(count, "failure")}?`,
      lines: [
        ...(problems.length === 1 ? [`${first!.code}: ${first!.cause}`] : named(problems)),
        `${counted(count, "failure")} ${count === 1 ? "is" : "are"} cleared now, and what fails of ${problems.length === 1 ? "it" : "them"} later is cleared as it comes. It stays in the history.`,
      ],
      verb: "Ignore",
      asks: IgnoreFields(),
    };
  },
  quarantine(problems) {
    const count = jobsOf(problems);
    const files = problems.every((p) => p.files !== null) ? problems.reduce((n, p) => n + p.files!, 0) : null;
    if (files === 0)
      return {
        title: "There is no file to hold back.",
        lines: ["These failures are about no file."],
        verb: "Quarantine",
        isEmpty: true,
      };
    const them = files === 1 ? "it" : "them";
    // One file may have failed of several causes.
    const upTo = problems.length > 1 ? "up to " : "";
    return {
      title: `Hold ${files === null ? `the files of ${counted(count, "job")}` : `${upTo}${counted(files, "file")}`} back?`,
      lines: [
        `Nothing more is tried on ${them} until somebody lets go, or the content changes. Waiting jobs about ${them} are cancelled, and ${counted(count, "failure")} cleared.`,
        ...named(problems),
      ],
      verb: "Quarantine",
    };
  },
};

function jobsOf(problems: Problem[]): number {
  return problems.reduce((n, p) => n + p.count, 0);
}

function named(problems: Problem[]): string[] {
  return problems.length === 1 ? [] : [`${problems.map((p) => `${p.name} (${p.count})`).join(", ")}.`];
}
