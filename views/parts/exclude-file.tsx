// Taking a file out of processing by hand: looked for by its path, then asked why.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { typeIcons } from "./file-shot.tsx";
import type { HeldProps } from "./held-files.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  found: HeldProps["found"];
  find: string;
  url: PageContext["url"];
}

export function ExcludeByHand({ found, find, url }: Props) {
  return (
    <section id="exclude" class="card" aria-labelledby="exclude-title">
      <header>
        <h2 id="exclude-title">Exclude a file</h2>
        <p>It stays in the library; nothing more is made of it or tried on it until somebody releases it.</p>
      </header>
      <form class="filters problem-filters" action={url("/admin/problems#exclude")}>
        <input type="hidden" name="tab" value="quarantine" />
        <input
          class="input"
          type="search"
          name="find"
          value={find}
          minlength={3}
          required
          placeholder="Part of the file's path"
          aria-label="Part of the path of the file to exclude"
        />
        <button type="submit" class="btn">
          <Icon name="search" />
          Find
        </button>
      </form>
      {found ? <Found found={found} find={find} url={url} /> : null}
    </section>
  );
}

function Found({ found, find, url }: Props & { found: NonNullable<Props["found"]> }) {
  if (found.files === null)
    return <p class="muted">Too many files match, or too little was typed. Type more of the path.</p>;
  if (found.files.length === 0)
    return <p class="muted">{`No file that may be excluded has “${find}” in its path.`}</p>;
  return (
    <>
      <ul class="lines">
        {found.files.map((file) => (
          <li>
            <span class="break">
              <Icon name={typeIcons[file.type]} /> <a href={url(`/files/${file.id}`)}>{file.path}</a>{" "}
              <small class="muted">{file.library}</small>
            </span>
            <a
              class="btn btn-small"
              href={url(`/admin/quarantine/${file.id}/exclude?from=quarantine`)}
              data-dialog
            >
              <Icon name="ban" />
              Exclude…<span class="sr-only"> {file.path}</span>
            </a>
          </li>
        ))}
      </ul>
      {found.isMore ? <p class="muted">There are more. Type more of the path.</p> : null}
    </>
  );
}
