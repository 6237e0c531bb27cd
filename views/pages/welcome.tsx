// The first run in three steps: owner account, first library, what to make. Nothing runs until "Start".

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { type AccountFields, AccountFormFields, type FieldErrors } from "../parts/account-fields.tsx";
import { FolderPicker, type PickedFolder } from "../parts/folder-picker.tsx";
import { FormError } from "../parts/form-field.tsx";
import { Icon, Mark } from "../parts/icon.tsx";
import { LibraryMakeForm, type LibraryMakeProps } from "../parts/library-make-form.tsx";

interface OwnerProps {
  ctx: PageContext;
  /** False: the link lacks its token, so only the reason is shown. */
  admitted: boolean;
  setup?: string;
  values: AccountFields;
  errors: FieldErrors;
  error?: string;
  passwordLength: { min: number; max: number };
}

export function WelcomeOwnerPage({
  ctx,
  admitted,
  setup,
  values,
  errors,
  error,
  passwordLength,
}: OwnerProps) {
  return (
    <Steps ctx={ctx} at={1} title="Welcome">
      {admitted ? (
        <>
          <p>
            This account owns the server: it adds libraries, invites people and runs the jobs. Nothing is sent
            anywhere.
          </p>
          <FormError message={error} />
          <form method="post" action={ctx.url("/welcome")} class="stack">
            {setup ? <input type="hidden" name="setup" value={setup} /> : null}
            <AccountFormFields values={values} errors={errors} passwordLength={passwordLength} />
            <button class="btn btn-primary" type="submit">
              Continue
            </button>
          </form>
        </>
      ) : (
        <>
          <FormError message={error} />
          <p>
            To set this server up from another device, open the link that it printed on its console when it
            started. It looks like <code>…/welcome?setup=…</code>
          </p>
          <p class="muted">
            With Docker: <code>docker logs</code> and the container's name. Restarting prints a fresh link.
          </p>
        </>
      )}
    </Steps>
  );
}

interface KnownLibrary {
  name: string;
  path: string;
}

interface FolderProps {
  ctx: PageContext;
  folder: PickedFolder;
  offered: string[];
  already: KnownLibrary[];
  /** What was filled in already, as the end of an address. */
  kept: string;
}

export function WelcomeFolderPage({ ctx, folder, offered, already, kept }: FolderProps) {
  const at = (path: string) => ctx.url(`/welcome/library?path=${encodeURIComponent(path)}${kept}`);
  return (
    <Steps ctx={ctx} at={2} title={already.length > 0 ? "Your libraries" : "Your first library"}>
      {already.length > 0 ? (
        <div class="stack-tight">
          <p>Already here:</p>
          <ul class="known">
            {already.map(({ name, path }) => (
              <li>
                <Icon name="library" />
                <b>{name}</b>
                <span class="muted break">{path}</span>
              </li>
            ))}
          </ul>
          <form method="post" action={ctx.url("/welcome/start")} class="row">
            <button class="btn btn-primary" type="submit">
              <Icon name="play" />
              Start with {already.length === 1 ? "this library" : "these libraries"}
            </button>
          </form>
          <h2 class="welcome-or">Or add another folder</h2>
        </div>
      ) : (
        <p>
          Choose the folder that holds your media. Sprocket reads it and keeps what it makes in its own data
          folder.
        </p>
      )}
      <FolderPicker folder={folder} offered={offered} linkTo={at} />
      <div class="row spread">
        <a class="btn btn-quiet" href={ctx.url("/")}>
          Skip for now
        </a>
        {folder.readable && !folder.refusal ? (
          <a
            class="btn btn-primary"
            href={ctx.url(`/welcome/make?path=${encodeURIComponent(folder.path)}${kept}`)}
          >
            Use this folder
          </a>
        ) : (
          <span class="muted">Choose another folder to go on.</span>
        )}
      </div>
    </Steps>
  );
}

export function WelcomeMakePage({ ctx, form }: { ctx: PageContext; form: LibraryMakeProps }) {
  return (
    <Steps ctx={ctx} at={3} title="What to make">
      <LibraryMakeForm
        {...form}
        action={ctx.url("/welcome/make")}
        back={ctx.url("/welcome/library")}
        hint="Start reads the folder and begins the work. Pause or stop it at any time on the Jobs page."
        button={
          <>
            <Icon name="play" />
            Start
          </>
        }
      />
    </Steps>
  );
}

const steps = ["Owner account", "Library", "What to make"];

function Steps({
  ctx,
  at,
  title,
  children,
}: {
  ctx: PageContext;
  at: 1 | 2 | 3;
  title: string;
  children?: unknown;
}) {
  return (
    <Layout ctx={ctx} title={title} bare wide={at > 1}>
      <div class="card door stack">
        <ol class="steps" aria-label="Steps">
          {steps.map((step, i) => (
            <li aria-current={i + 1 === at ? "step" : undefined} data-done={i + 1 < at ? "" : undefined}>
              <span aria-hidden="true">{i + 1 < at ? <Icon name="check" /> : i + 1}</span>
              {step}
            </li>
          ))}
        </ol>
        <h1 class="door-title">
          <Mark />
          {title}
        </h1>
        {children}
      </div>
    </Layout>
  );
}
