import { beforeAll, describe, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Hono } from "hono";
import type { Env } from "../../src/http/context.ts";
import { appModules, assetPath, staticFiles, type VendoredName, vendored } from "../../src/http/static.ts";

describe("static files", () => {
  let site: Hono<Env>;
  const path = assetPath("app.css");
  beforeAll(() => {
    site = staticFiles({ config: {} as never });
  });
  const ask = (headers: Record<string, string> = {}, method = "GET") =>
    site.request(path, { method, headers });

  test("are kept for ever under a name with their hash", async () => {
    expect(path).toMatch(/^\/static\/app\.[0-9a-f]{10}\.css$/);
    const answer = await ask();
    expect(answer.headers.get("Cache-Control")).toContain("immutable");
    expect(answer.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
    expect((await site.request("/static/app.css")).status).toBe(404);
    expect((await site.request("/static/..%2Fpackage.json")).status).toBe(404);
  });

  test("come compressed to whoever takes it, as the same bytes", async () => {
    const plain = Buffer.from(await (await ask()).arrayBuffer());
    const br = await ask({ "Accept-Encoding": "gzip, br" });
    const gzip = await ask({ "Accept-Encoding": "gzip" });
    expect([br.headers.get("Content-Encoding"), gzip.headers.get("Content-Encoding")]).toEqual([
      "br",
      "gzip",
    ]);
    expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer()))).toEqual(plain);
    expect(gunzipSync(Buffer.from(await gzip.arrayBuffer()))).toEqual(plain);
  });

  test("HEAD says the length, If-None-Match saves the body", async () => {
    const whole = await ask();
    const length = (await whole.arrayBuffer()).byteLength;
    const head = await ask({}, "HEAD");
    expect([head.status, head.headers.get("Content-Length"), (await head.arrayBuffer()).byteLength]).toEqual([
      200,
      String(length),
      0,
    ]);
    expect((await ask({ "If-None-Match": whole.headers.get("ETag")! })).status).toBe(304);
  });

  test("styles and scripts of a page stay below 120 KB compressed", async () => {
    let sum = 0;
    for (const name of ["app.css", "app.js", "htmx.js", ...appModules, ...ofFilePage] as const) {
      const answer = await site.request(assetPath(name), { headers: { "Accept-Encoding": "gzip" } });
      sum += (await answer.arrayBuffer()).byteLength;
    }
    expect(sum).toBeLessThan(120_000);
  });

  test("htmx and its stream extension are one script: apart, a page may start without its stream", async () => {
    const script = await (await site.request(assetPath("htmx.js"))).text();
    expect(script).toContain("registerExtension");
    expect(script).toContain("text/event-stream");
  });

  test.each(Object.keys(vendored) as VendoredName[])("%s is the installed package's file", async (name) => {
    const installed = new URL(`../../node_modules/${vendored[name].from}`, import.meta.url);
    const served = await (await site.request(assetPath(name))).text();
    // After an upgrade: copy the file named in `from` over the one in static/vendor, and renew LICENSES.txt.
    expect(served === (await Bun.file(installed).text())).toBe(true);
    expect(licences).toContain(`== ${vendored[name].from.split("/")[0]} ${await versionOf(name)} `);
  });
});

/** The page with most; what plays is loaded when somebody plays. */
const ofFilePage = [
  "file.js",
  "clock-time.js",
  "moment-editor.js",
  "picture-zoom.js",
  "player.js",
  "player-controls.js",
  "player-hls.js",
  "player-keys.js",
  "player-place.js",
  "wave.js",
] as const;

const licences = await Bun.file(new URL("../../static/vendor/LICENSES.txt", import.meta.url)).text();

async function versionOf(name: VendoredName): Promise<string> {
  const folder = vendored[name].from.split("/")[0];
  return (await Bun.file(new URL(`../../node_modules/${folder}/package.json`, import.meta.url)).json())
    .version;
}
