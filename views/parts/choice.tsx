// One of a few, among the filters of a list; the first is all of them.

export function Choice({
  name,
  label,
  all,
  value,
  choices,
}: {
  name: string;
  label: string;
  all: string;
  value: string;
  choices: [string, string][];
}) {
  return (
    <select class="select" name={name} aria-label={label}>
      <option value="">{all}</option>
      {choices.map(([key, words]) => (
        <option value={key} selected={key === value}>
          {words}
        </option>
      ))}
    </select>
  );
}
