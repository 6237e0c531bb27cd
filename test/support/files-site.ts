// A library whose files fail as a test says, behind the whole web side on a real port for a real browser.

import { memberInput, ownerInput } from "./app.ts";
import { type ProblemSite, problemSite } from "./problem-site.ts";

export interface FilesSite extends ProblemSite {
  origin: string;
}

export async function filesSite(): Promise<FilesSite> {
  const at = await problemSite();
  const { clock } = at.app;
  // Browsers have a clock of their own: the server's goes along with it.
  clock.set(Date.now());
  const pump = setInterval(() => void clock.advance(Math.max(0, Date.now() - clock.now())), 20);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, self) => at.site.fetch(request, self),
  });
  await at.app.accounts.createUser({ ...ownerInput, role: "owner" });
  await at.app.accounts.createUser({ ...memberInput, role: "member" });
  return Object.assign(at, {
    origin: `http://127.0.0.1:${server.port}`,
    close: close(at.close.bind(at), async () => {
      clearInterval(pump);
      await server.stop(true);
    }),
  });
}

function close(ofSite: () => Promise<void>, before: () => Promise<void>) {
  return async () => {
    await before();
    await ofSite();
  };
}
