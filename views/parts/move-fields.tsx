// Where files are to be moved: a library that may be written to, and a folder in it.

import { FormField } from "./form-field.tsx";

export interface MoveTargets {
  libraries: { id: number; name: string; folders: string[] }[];
  /** Why nothing can leave where it is, or go nowhere. */
  obstacle: string | null;
}

export function MoveFields({ libraries }: MoveTargets) {
  return (
    <>
      <div class="field">
        <label for="move-target">Library</label>
        <select class="select" id="move-target" name="target" required>
          {libraries.map(({ id, name }) => (
            <option value={String(id)}>{name}</option>
          ))}
        </select>
      </div>
      <FormField
        name="into"
        label="Folder"
        hint="Left empty, each keeps the folder that it is in. / is the library itself. Made where it is missing."
        maxlength={2000}
        list="move-folders"
      />
      <datalist id="move-folders">
        {libraries.flatMap(({ name, folders }) =>
          folders.map((path) => <option value={path}>{name}</option>),
        )}
      </datalist>
    </>
  );
}
