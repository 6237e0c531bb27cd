// Making a library out of the form's fields, for the first run and for adding one later.

import type { Context } from "hono";
import type { LibraryMakeProps } from "../../../views/parts/library-make-form.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { createLibrary } from "../../library/libraries.ts";
import { startScans } from "../api/libraries.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { faultsOf, formFields } from "./form-data.ts";
import {
  checkLibraryFields,
  foundIn,
  newLibraryFields,
  readLibraryFields,
  recognisesOf,
} from "./library-fields.ts";
import { pageStatus } from "./sign-in.tsx";

/** The form as it is first shown. */
export function emptyMakeForm(app: App, path: string): LibraryMakeProps {
  return { path, values: newLibraryFields(path), errors: {}, recognises: recognisesOf(app) };
}

/** The form as it was left to choose another folder; a name that was only the folder's follows the new one. */
export function keptMakeForm(
  app: App,
  { path = "", was = path, ...query }: Record<string, string>,
): LibraryMakeProps {
  const values = readLibraryFields(query);
  const isOwnName = values.name !== "" && values.name !== newLibraryFields(was).name;
  const name = isOwnName ? values.name : newLibraryFields(path).name;
  return { ...emptyMakeForm(app, path), values: { ...values, name } };
}

/** The new library, whose scans are enqueued; or the form again, with what is wrong. */
export async function makeLibrary(
  app: App,
  c: Context<Env>,
): Promise<{ library: LibraryRow } | { form: LibraryMakeProps; status: ReturnType<typeof pageStatus> }> {
  const fields = await formFields(c);
  const path = fields.path ?? "";
  const values = readLibraryFields(fields);
  const by = c.var.identity!.user;
  try {
    checkLibraryFields(values);
    const library = await createLibrary(app, { path, ...values });
    await audit(app, by, "library.create", library.id, { name: library.name, path: library.path });
    await startScans(app, library, by);
    return { library };
  } catch (error) {
    const { fields: errors, whole, status } = faultsOf(error);
    return {
      form: {
        path,
        values,
        errors,
        error: whole ?? errors.path,
        recognises: recognisesOf(app),
        found: await foundIn(path),
      },
      status: pageStatus(status),
    };
  }
}
