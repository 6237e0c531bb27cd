// One of a few, among the filters of a list; `all` leaves the list as it is.

export function Choice({
  name,
  label,
  all,
  value,
  choices,
}: {
  name: string;
  label: string;
  all?: string;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
}) {
  return (
    <select class="select" name={name} aria-label={label}>
      {all === undefined ? null : <option value="">{all}</option>}
      {choices.map(([key, words]) => (
        <option value={key} selected={key === value}>
          {words}
        </option>
      ))}
    </select>
  );
}
