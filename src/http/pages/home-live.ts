// The stream of the home page.

import type { Context } from "hono";
import { homeParts } from "../../../views/pages/home.tsx";
import type { App, Env } from "../context.ts";
import type { Fragment, View } from "../live.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { homeNow } from "./home.tsx";
import { seldom } from "./seldom.ts";

type Shared = Parameters<typeof frameFragments>[0];

export function homeView(app: App, c: Context<Env>): View<Shared> {
  const user = c.var.identity?.user ?? null;
  const isOwner = user?.role === "owner";
  const seer = { user, url: (path: string) => `${app.config.basePath}${path}` };
  const look = seldom(app.clock, 1000, () => homeNow(app, seer));
  return {
    key: `home ${isOwner ? "owner" : "member"}`,
    forMembers: !isOwner,
    async fragments(shared) {
      const parts = Object.entries(homeParts(seer, await look())).map(
        ([target, markup]): Fragment => ({ target, swap: "outerMorph", markup }),
      );
      return isOwner ? [...frameFragments(shared), ...parts] : parts;
    },
  };
}
