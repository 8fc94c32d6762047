import type { HttpService } from "@portcullis/emulator";
import { hints, type Place } from "./banner.ts";

const TITLE = "Portcullis, a WebSocket API on this machine";

/** Serves `GET /`: an explanation for a browser or curl. AWS has no such page. */
export function makeFrontPage(running: Omit<Place, "port">): HttpService {
  return async ({ method, path, headers }) => {
    if (path !== "/" || (method !== "GET" && method !== "HEAD")) return undefined;
    const place = { ...running, port: portIn(headers.host) };
    const isBrowser = headers.accept?.includes("text/html") ?? false;
    return {
      status: 200,
      headers: {
        "Content-Type": `text/${isBrowser ? "html" : "plain"}; charset=utf-8`,
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "no-store",
      },
      body: isBrowser ? page(place) : text(place),
    };
  };
}

function portIn(host = ""): number {
  return Number(host.split(":")[1] ?? 80);
}

function text(place: Place): string {
  const sections = hints(place).map(({ title, lines }) => `${title}\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return `${TITLE}: ws://127.0.0.1:${place.port}/${place.stage}\n\n${sections.join("")}\nQueues and dead letters: /_local/queues\n`;
}

function page(place: Place): string {
  const sections = hints(place).map(
    ({ title, lines }) => `<p>${escapeHtml(title)}</p>\n<pre>${escapeHtml(lines.join("\n"))}</pre>\n`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Portcullis</title>
<h1>${TITLE}</h1>
<p><code>ws://127.0.0.1:${place.port}/${place.stage}</code></p>
${sections.join("")}<p><a href="/_local/queues">Queues and dead letters</a></p>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
