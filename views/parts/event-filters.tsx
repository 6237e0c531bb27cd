// Which events somebody wants to see, and lists to choose from by their names.

import { type HistoryPageProps, Kept } from "../pages/history.tsx";
import { eventWords } from "./event-words.ts";

export const unfiltered = { event: "", from: "", to: "", who: "", text: "", place: "" };

export function EventFilters({ ctx, query, eventNames, people, href }: HistoryPageProps) {
  const isNarrow = query.event || query.from || query.to || query.who || query.text;
  return (
    <form class="filters" action={`${ctx.url("/admin/history")}#events`} data-filters>
      <Kept query={query} but={["event", "from", "to", "who", "text", "place", "failedPage"]} />
      <Choice name="event" label="Event" all="All events" value={query.event}>
        {eventNames.map((name) => [name, eventWords(name)])}
      </Choice>
      <Choice name="who" label="Who" all="Everybody" value={query.who}>
        {[...people.map(({ email, name }) => [email, name] as [string, string]), ["server", "The server"]]}
      </Choice>
      <label class="sr-only" for="event-text">
        Words in it
      </label>
      <input
        class="input input-narrow"
        type="search"
        id="event-text"
        name="q"
        value={query.text}
        placeholder="Words in it"
        maxlength={200}
      />
      <label class="row">
        From
        <input class="input input-narrow" type="date" name="from" value={query.from} />
      </label>
      <label class="row">
        to
        <input class="input input-narrow" type="date" name="to" value={query.to} />
      </label>
      <button type="submit" class="btn">
        Show
      </button>
      {isNarrow ? (
        <a class="btn btn-quiet" href={`${href(unfiltered)}#events`}>
          Show all
        </a>
      ) : null}
    </form>
  );
}

export function Choice({
  name,
  label,
  all,
  value,
  children,
}: {
  name: string;
  label: string;
  all: string;
  value: string;
  children: [value: string, label: string][];
}) {
  return (
    <>
      <label class="sr-only" for={`choose-${name}`}>
        {label}
      </label>
      <select class="select" id={`choose-${name}`} name={name}>
        <option value="">{all}</option>
        {children.map(([one, words]) => (
          <option value={one} selected={one === value}>
            {words}
          </option>
        ))}
      </select>
    </>
  );
}
