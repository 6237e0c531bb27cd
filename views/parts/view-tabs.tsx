// The ways to look at the library, on an owner's phone: the bottom bar has no room for them.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { viewPages } from "../layout.tsx";
import { Icon } from "./icon.tsx";

export function ViewTabs({ ctx }: { ctx: Pick<PageContext, "url" | "path" | "user"> }) {
  if (ctx.user?.role !== "owner") return null;
  return (
    <nav class="view-tabs" aria-label="Views of the library">
      {[{ to: "/", icon: "library", label: "Library" } as const, ...viewPages].map(({ to, icon, label }) => (
        <a
          href={ctx.url(to)}
          aria-current={(to === "/" ? ctx.path === "/" : ctx.path.startsWith(to)) ? "page" : undefined}
        >
          <Icon name={icon} />
          {label}
        </a>
      ))}
    </nav>
  );
}
