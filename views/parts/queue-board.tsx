// All queues by concern: those with something to tell as cards, and the idle ones small below them, folded on phones.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Icon } from "./icon.tsx";
import { Queue, type QueueFigures } from "./queue-card.tsx";

interface Props {
  queues: QueueFigures[];
  url: PageContext["url"];
}

export function QueueBoard({ queues, url }: Props) {
  const telling = queues.filter((q) => !q.isQuiet);
  const idle = queues.filter((q) => q.isQuiet);
  return (
    <div id="queue-board" class="stack-tight">
      {telling.length === 0 ? null : (
        <div class="sections">
          {bySection(telling).map(([name, some]) => (
            // Sections share a row, each as wide as its cards need.
            <section aria-label={name} data-cards={Math.min(6, some.length)}>
              <h3 class="muted section-head">{name}</h3>
              <div class="queues">
                {some.map((queue) => (
                  <Queue queue={queue} url={url} />
                ))}
              </div>
            </section>
          ))}
        </div>
      )}
      {idle.length === 0 ? null : <Idle queues={idle} url={url} />}
      {queues.length === 0 ? <p class="empty">No queue has work that this build can do.</p> : null}
    </div>
  );
}

/** Which queues stand where: while this is the same, cards change one by one. */
export function boardStamp(queues: QueueFigures[]): string {
  return queues.map((q) => `${q.isQuiet ? "-" : "+"}${q.name}`).join();
}

function Idle({ queues, url }: Props) {
  return (
    <section class="idle-queues" aria-label="Idle queues">
      {/* Beside the list, not around it: wide screens show the list whether it is open or not. */}
      <details class="fold" id="idle-fold">
        <summary>
          <Icon name="circle-check" />
          {counted(queues.length, "idle queue")}
          <Icon name="chevron-down" />
        </summary>
      </details>
      <div class="folded idle-list">
        {bySection(queues).map(([name, some]) => (
          <section aria-label={`${name}, idle`}>
            <h3 class="muted">{name}</h3>
            <div>
              {some.map((queue) => (
                <Queue queue={queue} url={url} />
              ))}
            </div>
          </section>
        ))}
      </div>
    </section>
  );
}

function bySection(queues: QueueFigures[]): [string, QueueFigures[]][] {
  return [...Map.groupBy(queues, (q) => q.section)];
}
