import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { type DescribeProgram, LOCAL_LINKS, runTemplate } from "../../src/index.ts";
import { makeFrontPage } from "../../src/local-api/front-page.ts";
import { type ApiUnderTest, startEmulator } from "../../src/testing.ts";
import { anyText } from "../support/any-text.ts";
import { ok } from "../support/handlers.ts";
import { serveHttpServices } from "../support/serve-http-services.ts";

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function start(api: Partial<ApiUnderTest> = {}) {
  const emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" }, ...api });
  onTestFinished(() => emulator.close());
  return emulator.endpoint;
}

describe("GET /", () => {
  it("says what of a template runs here", async () => {
    const text = readFileSync("packages/emulator/tests/support/scheduled-template.yaml", "utf8");
    const running = await runTemplate({
      template: { text, file: "scheduled.yaml" },
      loadFunction: () => () => ({ statusCode: 200 }),
      warn: () => {},
    });
    onTestFinished(() => running.close());
    const response = await fetch(running.endpoint);
    const page = await response.text();

    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const [parts, links] = page.split("\n\nTo see and to change\n");
    expect(parts).toBe(`A WebSocket API on this machine

WebSocket API
  ${running.url}

Routes
  $default → Administer

Functions
  Administer (3 s, 128 MB)
  Check (3 s, 128 MB)

Function URLs
  ${running.endpoint}/_functions/Check/  Check
  ${running.endpoint}/_functions/Administer/  Administer

Queues
  AdminQueue → Administer (dead letters: AdminLetters)
  AdminLetters

Rules
  AdminRule (bus local-admin) → AdminQueue

Schedules
  Nightly (every 86400 s) → Administer
  AdministerEachMinute (every 60 s) → Administer`);
    for (const { path, text } of LOCAL_LINKS) expect(links).toContain(`  ${running.endpoint}${path}  ${text}\n`);
  });

  it("is a page for a browser, with links, and with a policy against all that could act", async () => {
    const origin = await start();
    const response = await fetch(origin, { headers: BROWSER });
    const html = await response.text();

    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none';.* frame-ancestors 'none'$/);
    for (const { path } of LOCAL_LINKS) expect(html).toContain(`<a href="${path}">`);
  });

  it("links to nothing that is missing", async () => {
    const origin = await start();
    for (const { path } of LOCAL_LINKS) {
      const response = await fetch(`${origin}${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      await response.body?.cancel();
    }
  });

  it("has the program's own title and sections first, with the address of the reader", async () => {
    const describeProgram: DescribeProgram = ({ authority, stage }) => ({
      title: "Chat",
      sections: [{ title: "Connect:", lines: [`npx wscat -c ws://${authority}/${stage}`] }],
    });
    const origin = await start({ describeProgram });
    const page = await (await fetch(origin.replace("127.0.0.1", "localhost"))).text();
    const authority = origin.replace("http://127.0.0.1", "localhost");
    expect(page).toMatch(new RegExp(`^Chat\n\nConnect:\n {2}npx wscat -c ws://${authority}/dev\n\nWebSocket API\n`));
  });

  it("shows each text as it is, never as HTML", async () => {
    const title = "<script>alert('1')</script> & \"co\"";
    const section = { title, lines: [title], links: [{ path: `/"><b>`, text: title }] };
    const { origin, close } = await serveHttpServices(makeFrontPage(() => ({ title, sections: [section] })));
    onTestFinished(close);
    const html = await (await fetch(origin, { headers: BROWSER })).text();
    const escaped = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;co&quot;";
    expect(html.split(escaped)).toHaveLength(6);
    expect(html).toContain('<a href="/&quot;&gt;&lt;b&gt;">');
    expect(html).not.toMatch(/<script|<b>/);
  });

  it("has no element that a name could have made", async () => {
    let name = "";
    const page = makeFrontPage(() => ({
      title: name,
      sections: [{ title: name, lines: [name, name], links: [{ path: "/", text: name }] }],
    }));
    const request = { method: "GET", path: "/", headers: { host: "h", ...BROWSER } } as never;
    const elements = async () => String((await page(request))?.body).replace(/[^<>]+/g, "");
    const expected = await elements();
    await fc.assert(
      fc.asyncProperty(anyText(40), async (text) => {
        name = text;
        expect(await elements()).toBe(expected);
      }),
    );
  });

  it("HEAD has the same headers and no body", async () => {
    const response = await fetch(await start(), { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("is the only page there, not for foreign pages, and gives way to the program's own", async () => {
    const origin = await start();
    expect((await fetch(origin, { method: "POST" })).status).toBe(403);
    expect((await fetch(origin, { headers: { origin: "https://evil.example" } })).status).toBe(403);
    const own = await start({
      services: [async ({ path }) => (path === "/" ? { status: 200, body: "own" } : undefined)],
    });
    expect(await (await fetch(own)).text()).toBe("own");
  });
});
