// Which type of job: a list by section that narrows down while one types.

import type { Category } from "../../src/queue/job.ts";
import { number } from "../format.ts";
import { Icon } from "./icon.tsx";

type Url = (path: string) => string;

export interface KindChoice {
  name: string;
  alias: string | undefined;
  label: string;
  description: string;
  section: string;
  queue: string;
  category: Category;
  vramMb: number;
  /** "a video", "a library", "nothing in particular". */
  about: string;
  href: string;
}

export function KindChooser({ kinds, find, url }: { kinds: KindChoice[]; find: string; url: Url }) {
  const sections = [...new Set(kinds.map((k) => k.section))];
  return (
    <div class="create-job" id="create-job">
      <div class="create-head">
        <h2>New job</h2>
        <Close url={url} />
      </div>
      <form class="kind-search" method="get" action={url("/admin/jobs/new")}>
        <input
          class="input"
          type="search"
          name="find"
          value={find}
          placeholder="Which type? A word of its name or queue"
          aria-label="Find a type"
          autocomplete="off"
          spellcheck={false}
          autofocus
          data-filter="#kinds"
        />
        <button type="submit" class="btn without-js">
          Find
        </button>
      </form>
      <div id="kinds" class="kinds">
        {sections.map((section) => (
          <section data-group>
            <h3>{section}</h3>
            <ul>
              {kinds
                .filter((k) => k.section === section)
                .map((kind) => (
                  <KindOption kind={kind} url={url} />
                ))}
            </ul>
          </section>
        ))}
        <p class="empty" data-none hidden={kinds.length > 0}>
          <b>No type has these words.</b>
          The help lists every type with what it does.
        </p>
      </div>
    </div>
  );
}

function KindOption({ kind: k, url }: { kind: KindChoice; url: Url }) {
  return (
    <li data-words={[k.name, k.alias, k.label, k.description, k.queue, k.section].join(" ").toLowerCase()}>
      <a class="kind-option" href={url(k.href)} data-dialog>
        <span>
          <b>{k.label}</b> <code>{k.alias ?? k.name}</code>
          <small class="muted">{k.description}</small>
        </span>
        <Needs kind={k} />
      </a>
    </li>
  );
}

export function Needs({ kind: k }: { kind: Pick<KindChoice, "about" | "category" | "vramMb"> }) {
  return (
    <span class="kind-needs">
      <span class="badge">{`about ${k.about}`}</span>
      <span class="badge">
        <Icon name={k.category === "cpu" ? "cpu" : "zap"} />
        {categories[k.category]}
        {k.vramMb > 0 ? `, ${number(k.vramMb)} MB` : ""}
      </span>
    </span>
  );
}

const categories: Record<Category, string> = {
  cpu: "CPU",
  gpu_encode: "GPU encoding",
  gpu_ai: "GPU recognition",
};

export function Close({ url }: { url: Url }) {
  return (
    <a class="btn-icon" href={url("/admin/jobs")} data-close aria-label="Close" title="Close">
      <Icon name="x" />
    </a>
  );
}
