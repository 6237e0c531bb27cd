// One's own API tokens: what each may do, until when, and when it was last used. A token is shown once.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { AskDelete, inPlace, ShownOnce } from "./in-place.tsx";
import { When } from "./when.tsx";

export interface TokenLine {
  id: number;
  name: string;
  hint: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  isExpired: boolean;
}

type Url = PageContext["url"];

export function TokensCard({ tokens, secret, url }: { tokens: TokenLine[]; secret?: string; url: Url }) {
  return (
    <section class="card flush" id="tokens" aria-labelledby="tokens-title">
      <header>
        <h2 id="tokens-title">Your API tokens</h2>
        <a class="btn btn-small" href={url("/api/docs")}>
          <Icon name="braces" />
          API
        </a>
        <p>For scripts and other programs: they send it as “Authorization: Bearer …” and act as you.</p>
      </header>
      <div class="tokens">
        {secret ? (
          <ShownOnce id="token-secret" label="Token: copy it now, it is not shown again" value={secret} />
        ) : null}
        <form method="post" action={url("/admin/tokens")} class="token-form" {...inPlace}>
          <div class="field">
            <label for="token-name">What for</label>
            <input
              class="input"
              id="token-name"
              name="name"
              maxlength={100}
              required
              placeholder="Home Assistant"
            />
          </div>
          <fieldset class="token-scopes">
            <legend>May</legend>
            {scopes.map(({ name, means }) => (
              <label class="choice">
                <input type="checkbox" name="scopes" value={name} checked={name === "read"} />
                <span>
                  <b>{name}</b>
                  <small class="muted">{means}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <div class="field">
            <label for="token-days">Ends</label>
            <select class="select" id="token-days" name="days">
              <option value="">never</option>
              <option value="30">after 30 days</option>
              <option value="90">after 90 days</option>
              <option value="365">after a year</option>
            </select>
          </div>
          <button type="submit" class="btn">
            <Icon name="plus" />
            Make a token
          </button>
        </form>
        {tokens.length === 0 ? <p class="muted">No tokens yet.</p> : <Tokens tokens={tokens} url={url} />}
      </div>
    </section>
  );
}

const scopes = [
  { name: "read", means: "Look at files, jobs and figures." },
  { name: "write", means: "Change files, libraries and collections." },
  { name: "admin", means: "Everything you may do as an owner." },
];

function Tokens({ tokens, url }: { tokens: TokenLine[]; url: Url }) {
  return (
    <table class="table cards">
      <caption class="sr-only">Your API tokens</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">May</th>
          <th scope="col">Made</th>
          <th scope="col">Ends</th>
          <th scope="col">Last used</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {tokens.map((t) => (
          <tr id={`token-${t.id}`}>
            <th scope="row" class="break">
              {t.name} <span class="muted mono">{`${t.hint}…`}</span>
            </th>
            <td data-label="May">{t.scopes.join(", ")}</td>
            <td data-label="Made" class="muted">
              <When at={t.createdAt} />
            </td>
            <td data-label="Ends" class={t.isExpired ? "bad" : "muted"}>
              {t.expiresAt === null ? "never" : t.isExpired ? "has ended" : <When at={t.expiresAt} />}
            </td>
            <td data-label="Last used" class="muted">
              {t.lastUsedAt ? <When at={t.lastUsedAt} /> : "never"}
            </td>
            <td class="num">
              <AskDelete href={url(`/admin/tokens/${t.id}/delete`)} label={`Revoke ${t.name}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
