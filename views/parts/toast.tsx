// What an action did, said once and read aloud; lives in the layout's `#toasts`.

import { Icon } from "./icon.tsx";

interface Message {
  kind: "done" | "refused";
  text: string;
  /** Where a form takes it back, with the base path. */
  undo?: string | undefined;
  /** Where to look at what was done, with the base path. */
  link?: { href: string; text: string } | undefined;
}

export function Toast({ kind, text, undo, link }: Message) {
  return (
    <div class={`toast toast-${kind}`} role={kind === "refused" ? "alert" : "status"}>
      <Icon name={kind === "refused" ? "triangle-alert" : "circle-check"} />
      <p>
        {text}
        {link ? (
          <>
            {" "}
            <a href={link.href}>{link.text}</a>
          </>
        ) : null}
      </p>
      {undo ? (
        <button type="submit" class="btn btn-small" form="act" formaction={undo} data-undo>
          Undo
        </button>
      ) : null}
      <button type="button" class="btn-icon needs-js" data-dismiss aria-label="Dismiss">
        <Icon name="x" />
      </button>
    </div>
  );
}

/** A toast for an htmx answer. */
export function toastPartial(message: Message) {
  return partial("#toasts", "beforeend", <Toast {...message} />);
}

/** One place of the page and what to put there. */
export function partial(
  target: string,
  swap: "innerMorph" | "outerMorph" | "innerHTML" | "outerHTML" | "beforeend" | "delete",
  content: unknown,
) {
  return (
    <hx-partial hx-target={target} hx-swap={swap}>
      {content}
    </hx-partial>
  );
}

declare module "hono/jsx" {
  namespace JSX {
    interface IntrinsicElements {
      "hx-partial": { "hx-target": string; "hx-swap": string; children?: unknown };
    }
  }
}
