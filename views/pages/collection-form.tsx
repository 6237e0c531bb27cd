// The form of a collection that follows a rule, with what the rule matches beside it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { RuleEditor, type RuleEditorProps, RuleLook, type RuleLookProps } from "../parts/rule-editor.tsx";

export interface CollectionFormProps {
  ctx: PageContext;
  editor: RuleEditorProps;
  id?: number | undefined;
  name?: string;
  description?: string;
  look?: RuleLookProps["look"];
  isOpen?: boolean;
  fault?: string;
}

export function CollectionForm({
  ctx,
  editor,
  id,
  name = "",
  description = "",
  look,
  isOpen,
  fault,
}: CollectionFormProps) {
  const title = id ? `Edit ${name}` : "New collection by rule";
  return (
    <Layout ctx={ctx} title={title} scripts={["rule-editor.js"]} wide>
      <header class="page-head">
        <div>
          <nav aria-label="Place">
            <ol class="crumbs">
              <li>
                <a href={ctx.url("/collections")}>Collections</a>
              </li>
            </ol>
          </nav>
          <h1>{title}</h1>
        </div>
      </header>
      {fault ? (
        <p class="banner banner-bad" role="alert">
          <Icon name="triangle-alert" />
          <span>{fault}</span>
        </p>
      ) : null}
      <div class="rule-page">
        <form
          class="stack card"
          id="rule-form"
          method="post"
          action={ctx.url(id ? `/collections/${id}` : "/collections")}
          hx-boost="true"
          hx-swap="none"
          hx-push-url="false"
        >
          {/* Enter in a field checks; it does not take the first button there is. */}
          <button
            class="rule-check"
            type="submit"
            name="do"
            value="check"
            formaction={ctx.url("/collections/draft")}
            formnovalidate
            hidden
          />
          {id ? <input type="hidden" name="id" value={String(id)} /> : null}
          <label class="field">
            <span class="label-text">Name</span>
            <input class="input" name="name" value={name} required maxlength={200} />
          </label>
          <label class="field">
            <span class="label-text">Description</span>
            <input class="input" name="description" value={description} maxlength={2000} />
          </label>
          <RuleEditor {...editor} url={ctx.url} />
          <div class="row">
            <button class="btn btn-primary" type="submit">
              {id ? "Save" : "Make collection"}
            </button>
            <button
              class="btn without-js"
              type="submit"
              name="do"
              value="check"
              formaction={ctx.url("/collections/draft")}
              formnovalidate
            >
              Check
            </button>
            <a class="btn btn-quiet" href={ctx.url(id ? `/collections/${id}` : "/collections")}>
              Cancel
            </a>
          </div>
        </form>
        <RuleLook look={look} {...(isOpen && { isOpen })} />
      </div>
    </Layout>
  );
}
