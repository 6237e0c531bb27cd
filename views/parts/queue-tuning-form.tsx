// How many jobs of a queue run at once, and how often it is drawn.

import type { QueueFigures } from "./queue-card.tsx";
import { post } from "./queue-dialog.tsx";

export interface QueueTuningProps {
  queue: QueueFigures;
  usual: { concurrency: number; weight: number };
  /** Somebody has. */
  isTuned: boolean;
  action: string;
}

export function Tuning({ queue: q, usual, isTuned, action }: QueueTuningProps) {
  return (
    <form {...post} action={action} class="stack-tight" data-closes-when-done>
      <h3>Share of the machine</h3>
      <div class="columns-2">
        <Field
          name="concurrency"
          queue={q.name}
          label="Jobs at once"
          value={q.concurrency}
          usual={usual.concurrency}
          range={{ min: "1", max: "64", step: "1" }}
        />
        <Field
          name="weight"
          queue={q.name}
          label="Weight"
          value={q.weight}
          usual={usual.weight}
          range={{ min: "0.1", max: "1000", step: "any" }}
        />
      </div>
      <p class="muted">
        A queue of twice the weight is drawn twice as often while both have work. Limits of the categories
        hold all the same.
      </p>
      <div class="row">
        <button type="submit" class="btn btn-small">
          Save
        </button>
        {isTuned ? (
          <button type="submit" class="btn btn-small" name="reset" value="1" formnovalidate>
            Back to the usual
          </button>
        ) : null}
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  queue: string;
  label: string;
  value: number;
  usual: number;
  range: { min: string; max: string; step: string };
}

function Field({ name, queue, label, value, usual, range }: FieldProps) {
  const id = `${name}-${queue}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input class="input" id={id} type="number" name={name} {...range} required value={value} />
      <span class="hint">{`Usually ${usual}`}</span>
    </div>
  );
}
