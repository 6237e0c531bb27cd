// What a support bundle holds and what it does not, before it is made.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";

interface Props {
  ctx: PageContext;
  contents: { file: string; holds: string }[];
}

export function SupportBundlePage({ ctx, contents }: Props) {
  return (
    <Layout ctx={ctx} title="Support bundle">
      <div class="page-head">
        <div>
          <h1>Support bundle</h1>
          <p>One archive to attach when you ask somebody for help.</p>
        </div>
      </div>
      <div class="stack">
        <section class="card" aria-labelledby="bundle-in">
          <header>
            <h2 id="bundle-in">What is in it</h2>
          </header>
          <dl class="bundle-parts">
            {contents.map(({ file, holds }) => (
              <>
                <dt>{file}</dt>
                <dd>{holds}</dd>
              </>
            ))}
          </dl>
        </section>
        <section class="card" aria-labelledby="bundle-not">
          <header>
            <h2 id="bundle-not">What is not in it</h2>
          </header>
          <p>
            Media, pictures, passwords, tokens, sessions, invitations, addresses of other servers, names and
            e-mails of people. Files and folders have stand-ins such as <code>file-3.mp4</code>, the same one
            throughout.
          </p>
        </section>
        <form method="post" action={ctx.url("/admin/support-bundle")} class="card stack-tight">
          <label class="choice">
            <input type="checkbox" name="paths" value="on" />
            <span>
              <b>Keep paths and names of files</b>
              <small class="muted">Only where the trouble is about them: odd names, links, mounts.</small>
            </span>
          </label>
          <p class="muted">
            Nothing leaves this machine by itself: the archive goes to your browser, and you decide who gets
            it. It is plain text inside; look through it first.
          </p>
          <div class="row">
            <button type="submit" class="btn btn-primary">
              <Icon name="download" />
              Make and download
            </button>
            <a class="btn btn-quiet" href={ctx.url("/admin/health")}>
              <Icon name="arrow-left" />
              Health
            </a>
          </div>
          <p class="muted">
            While the server is down: <code>sprocket support-bundle bundle.tar.gz</code>
          </p>
        </form>
      </div>
    </Layout>
  );
}
