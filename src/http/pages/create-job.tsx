// Creating a job by hand: `/admin/jobs/new` is a page, and a dialog where there is JavaScript. Which type comes first
// (`?type=`), `?file=` and `?library=` fill in what it is about.

import { type Context, Hono } from "hono";
import { Layout } from "../../../views/layout.tsx";
import { JobForm, type JobFormProps } from "../../../views/parts/create-job.tsx";
import { FileChoices } from "../../../views/parts/file-picker.tsx";
import { Preview } from "../../../views/parts/job-preview.tsx";
import { KindChooser } from "../../../views/parts/kind-chooser.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { listLibraries } from "../../library/libraries.ts";
import { Refused } from "../../runtime/errors.ts";
import { enqueueJob } from "../api/jobs.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf } from "./form-data.ts";
import { fieldFault, type JobDraft, momentOf, readDraft, turned } from "./job-draft.ts";
import { filesNamed, findFiles } from "./job-file-search.ts";
import { kindChoice, kindsFor } from "./job-kinds.ts";
import { previewOf } from "./job-preview.ts";
import { page, pageContext } from "./page-context.ts";
import { flat, textOf, valueAt } from "./schema-form.ts";

const place = "/admin/jobs/new";
const filesShown = 8;

export function createJobPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  const show = async (c: Context<Env>, form: FormData) => {
    const draft = readDraft(app, form);
    if (!draft) return answer(app, c, "New job", await chooser(app, c, form));
    const shown = turned(draft, String(form.get("to") ?? ""));
    return answer(app, c, `New job: ${draft.kind.label}`, <JobForm {...(await formProps(app, c, shown))} />);
  };
  routes.get(place, (c) => show(c, fieldsOf(c)));
  // What is typed may be longer than an address: sent as a form, it changes nothing all the same.
  routes.post(`${place}/turn`, async (c) => show(c, await formDataOf(c)));

  routes.get(`${place}/files`, async (c) => {
    const form = fieldsOf(c);
    const draft = readDraft(app, form);
    const field = draft && flat(draft.fields).find(({ name }) => name === form.get("field"));
    if (!draft || !field) throw new Refused(422, "input.invalid", "There is no such field.");
    const text = String(form.get(`find.${field.name}`) ?? "").slice(0, 500);
    const found = await findFiles(app, { text, types: field.fileTypes ?? [], limit: filesShown });
    const chosen = await filesNamed(app, form.getAll(field.name).map(Number).filter(Number.isSafeInteger));
    const { url } = pageContext(app, c);
    const many = field.control === "files";
    return c.html(<FileChoices name={field.name} {...{ many, chosen, found, text, url }} />);
  });

  routes.on(["GET", "POST"], `${place}/preview`, async (c) => {
    const draft = readDraft(app, c.req.method === "POST" ? await formDataOf(c) : fieldsOf(c));
    if (!draft) throw new Refused(422, "input.invalid", "There is no such type.");
    return c.html(<Preview preview={await previewOf(app, draft)} url={pageContext(app, c).url} />);
  });

  routes.post(place, async (c) => {
    const form = await formDataOf(c);
    const draft = readDraft(app, form);
    const back = "/admin/jobs";
    if (!draft) {
      const unknown = new Refused(422, "type.unknown", "Choose the type of the job first.");
      return refused(app, c, unknown, { back: place });
    }
    try {
      const { user } = c.var.identity!;
      const body = bodyOf(app, draft);
      const { id, deduplicated } = await enqueueJob(app, user.id, body);
      const { subject } = await app.queue.get(id);
      const what = `${draft.kind.label}${subject.label ? ` of ${subject.label}` : ""}`;
      const link = { href: `/admin/jobs/${id}`, text: deduplicated ? `Show job ${id}` : "Show it" };
      const leave = isOwnPage(app, c);
      if (deduplicated)
        return done(app, c, {
          text: `${what} is already open as job ${id}; nothing was enqueued.`,
          link,
          back,
          leave,
        });
      await audit(app, user, "job.create", `job:${id}`, body);
      const text = `Enqueued job ${id}: ${what}.`;
      return done(app, c, { text, link, undo: `/admin/jobs/${id}/cancel`, back, leave });
    } catch (error) {
      return turnedDown(app, c, error, draft);
    }
  });
  return routes;
}

function fieldsOf(c: Context<Env>): FormData {
  const form = new FormData();
  for (const [name, value] of new URL(c.req.url).searchParams) form.append(name, value);
  return form;
}

/** With JavaScript the form stands in a dialog, or on its own page where somebody came by its address. */
function isOwnPage(app: App, c: Context<Env>): boolean {
  const at = c.req.header("hx-current-url") ?? "";
  return URL.canParse(at) && new URL(at).pathname === `${app.config.basePath}${place}`;
}

async function answer(
  app: App,
  c: Context<Env>,
  title: string,
  content: unknown,
  status: 200 | 409 | 422 = 200,
) {
  if (wantsPartial(c)) return c.html(`${await (content as { toString(): string }).toString()}`, status);
  const ctx = pageContext(app, c);
  return page(
    c,
    <Layout ctx={ctx} title={title}>
      <h1 class="sr-only">{title}</h1>
      <div class="card flush">{content}</div>
    </Layout>,
    status,
  );
}

async function chooser(app: App, c: Context<Env>, form: FormData) {
  const find = textOf(form.get("find"));
  const kinds = await kindsFor(app, {
    find,
    file: textOf(form.get("file")),
    library: textOf(form.get("library")),
  });
  return <KindChooser kinds={kinds} find={find} url={pageContext(app, c).url} />;
}

async function formProps(app: App, c: Context<Env>, draft: JobDraft): Promise<JobFormProps> {
  const { url } = pageContext(app, c);
  const hidden = await hiddenGroups(app);
  const libraries = (await listLibraries(app.db)).filter(({ id }) => !hidden.includes(id));
  return {
    draft,
    url,
    kind: kindChoice(app, draft.kind),
    others: place,
    preview: await previewOf(app, draft),
    form: {
      url,
      libraries: libraries.map(({ id, name }) => ({ id, name })),
      files: draft.as === "form" ? await filesOf(app, draft) : {},
      focus: focusOf(draft),
      filesAt: ({ name }) =>
        `${url(place)}/files?${new URLSearchParams({ type: draft.kind.name, as: "form", field: name })}`,
    },
  };
}

/** The first that is wrong, else the first that nobody has filled in. */
function focusOf(draft: JobDraft): string | undefined {
  if (draft.as === "json") return "json";
  const fields = flat(draft.fields);
  const wrong = fields.find(({ name }) => draft.errors[name]);
  const open = fields.find(({ required, path }) => required && valueAt(draft.params, path) === undefined);
  return (wrong ?? open)?.name;
}

async function filesOf(app: App, draft: JobDraft) {
  const files: JobFormProps["form"]["files"] = {};
  for (const field of flat(draft.fields)) {
    if (field.control !== "file" && field.control !== "files") continue;
    const text = draft.find[field.name] ?? "";
    const chosen = await filesNamed(
      app,
      [valueAt(draft.params, field.path)].flat().map(Number).filter(Number.isSafeInteger),
    );
    const found = await findFiles(app, { text, types: field.fileTypes ?? [], limit: filesShown });
    files[field.name] = { text, chosen, found };
  }
  return files;
}

/** As the API takes it; what is wrong with the form itself is refused first, all at once. */
function bodyOf(app: App, draft: JobDraft) {
  const { errors } = draft;
  const runAt = momentOf(draft);
  if (runAt === undefined) errors.runAt = "This is no date and time.";
  else if (runAt && runAt.getTime() < app.clock.now() - 60_000) errors.runAt = "That time has passed.";
  const vram = draft.vram === "" ? undefined : Number(draft.vram);
  if (vram !== undefined && !(Number.isInteger(vram) && vram >= 0))
    errors.vramRequired = "A whole number of MB, 0 or more.";
  if (draft.as === "form")
    for (const field of flat(draft.fields)) {
      const fault = fieldFault(field, valueAt(draft.params, field.path));
      if (fault) errors[field.name] = fault;
    }
  if (Object.keys(errors).length > 0) throw new Refused(422, "input.invalid", "Something is not right yet.");
  return {
    type: draft.kind.name,
    params: draft.params,
    priority: draft.priority,
    ...(runAt && { runAt: runAt.toISOString() }),
    ...(vram !== undefined && { vramRequired: vram }),
  };
}

/** The form again, with everything that was typed and each fault at its field. */
async function turnedDown(app: App, c: Context<Env>, error: unknown, draft: JobDraft) {
  if (!(error instanceof Refused)) throw error;
  noteFaults(error, draft);
  const form = <JobForm {...(await formProps(app, c, draft))} />;
  const status = error.status === 409 ? 409 : 422;
  if (wantsPartial(c)) return c.html(`${await partial("#create-job", "outerHTML", form)}`, status);
  return answer(app, c, `New job: ${draft.kind.label}`, form, status);
}

function noteFaults(error: Refused, { as, errors, fields }: JobDraft): void {
  const names = new Set(flat(fields).map(({ name }) => name));
  const rest: string[] = [];
  for (const { path, message } of error.more.errors ?? []) {
    const name = `p.${path.slice(1).join(".")}`;
    if (as === "form" && names.has(name)) errors[name] ??= message;
    else rest.push(path.length > 1 ? `${path.slice(1).join(".")}: ${message}` : message);
  }
  if (as === "json" && rest.length > 0) errors.json ??= rest.join(" ");
  else if (rest.length > 0) errors.whole ??= rest.join(" ");
  if (Object.keys(errors).length === 0) errors.whole = error.message;
}
