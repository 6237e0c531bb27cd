// Which events somebody wants to see.

import { type HistoryPageProps, Kept } from "../pages/history.tsx";
import { Choice } from "./choice.tsx";
import { eventWords } from "./event-words.ts";

export const unfiltered = { event: "", from: "", to: "", who: "", text: "", place: "" };

export function EventFilters({ ctx, query, eventNames, people, href }: HistoryPageProps) {
  const isNarrow = query.event || query.from || query.to || query.who || query.text;
  return (
    <form class="filters" action={`${ctx.url("/admin/history")}#events`} data-filters>
      <Kept query={query} but={["event", "from", "to", "who", "text", "place", "failedPage"]} />
      <Choice
        name="event"
        label="Event"
        all="All events"
        value={query.event}
        choices={eventNames.map((name) => [name, eventWords(name)])}
      />
      <Choice
        name="who"
        label="Who"
        all="Everybody"
        value={query.who}
        choices={[...people.map(({ email, name }) => [email, name] as const), ["server", "The server"]]}
      />
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
