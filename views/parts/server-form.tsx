// The form for one media server, in a dialog or on a page of its own. Its token goes in and is never shown.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PlaybackServer } from "../../src/settings/yield.ts";
import { Layout } from "../layout.tsx";
import { FormError } from "./form-field.tsx";

export const typeNames = { jellyfin: "Jellyfin", emby: "Emby", plex: "Plex" } as const;

export interface ServerFormProps {
  /** `new`, or its place in the list. */
  at: string;
  server: Partial<PlaybackServer>;
  /** What it was when the form was made. */
  was: unknown;
  error?: string | undefined;
  url: PageContext["url"];
}

export function ServerForm({ at, server, was, error, url }: ServerFormProps) {
  const name = (part: string) => `servers.0.${part}`;
  return (
    <form
      method="post"
      action={url(`/admin/settings/media-servers/${at}`)}
      class="stack entry-form"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      data-closes-when-done
    >
      <h2>{at === "new" ? "Add a media server" : "Change a media server"}</h2>
      <div id="entry-error">
        <FormError message={error} />
      </div>
      {was === null ? null : <input type="hidden" name="was" value={JSON.stringify(was)} />}
      <fieldset class="segments">
        <legend class="sr-only">Kind of server</legend>
        {(["jellyfin", "emby", "plex"] as const).map((type) => (
          <label>
            <input
              type="radio"
              name={name("type")}
              value={type}
              checked={(server.type ?? "jellyfin") === type}
            />
            {typeNames[type]}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="label-text">Address</span>
        <input
          class="input"
          type="url"
          name={name("url")}
          value={server.url}
          placeholder="http://192.168.1.10:8096"
          required
          autofocus
        />
      </label>
      <label class="field">
        <span class="label-text">API key or X-Plex-Token</span>
        <input
          class="input"
          type="password"
          name={name("token")}
          placeholder={was === null ? "" : "Kept unless you type another"}
          autocomplete="off"
          required={was === null}
        />
        <span class="hint">
          Jellyfin and Emby: Dashboard, API keys. Plex: the X-Plex-Token of an account that sees all sessions.
          It is never shown again.
        </span>
      </label>
      <label class="field">
        <span class="label-text">Name</span>
        <input
          class="input"
          name={name("name")}
          value={server.name}
          maxlength={60}
          placeholder="Living room"
        />
      </label>
      <p id="trial" class="trial" role="status" />
      <div class="row end">
        <button type="submit" class="btn" formaction={url("/admin/settings/media-servers/test")} data-stays>
          Test
        </button>
        <a class="btn" href={url("/admin/settings#mediaServers")} data-close>
          Keep as is
        </a>
        <button type="submit" class="btn btn-primary">
          {at === "new" ? "Add" : "Save"}
        </button>
      </div>
    </form>
  );
}

export function ServerPage({ ctx, ...props }: { ctx: PageContext } & Omit<ServerFormProps, "url">) {
  return (
    <Layout ctx={ctx} title="Media server">
      <h1 class="sr-only">Media server</h1>
      <div class="card narrow">
        <ServerForm {...props} url={ctx.url} />
      </div>
    </Layout>
  );
}
