import type { HttpService } from "../http/http-service.ts";
import { LOCAL_HEADERS } from "./report.ts";

/** A part of the page at `/`: lines to read or copy, links, or both. */
export type PageSection = {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly links?: readonly PageLink[];
};

/** `path` is a path on this server. */
export type PageLink = { readonly path: string; readonly text: string };

export type FrontPage = { readonly title: string; readonly sections: readonly PageSection[] };

/** No script, style, image, frame or form: all names on the page are texts of a template. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Serves `GET /`: what runs here, as HTML for browsers and as text for curl. `describe` is given the host and port under
 * which the reader has reached the emulator. AWS has no such page.
 */
export function makeFrontPage(describe: (authority: string) => FrontPage): HttpService {
  return async ({ method, path, headers }) => {
    if (path !== "/" || (method !== "GET" && method !== "HEAD")) return undefined;
    const authority = headers.host ?? "";
    const isBrowser = headers.accept?.includes("text/html") ?? false;
    const page = describe(authority);
    return {
      status: 200,
      headers: {
        ...LOCAL_HEADERS,
        "content-type": `text/${isBrowser ? "html" : "plain"}; charset=utf-8`,
        "content-security-policy": POLICY,
      },
      body: isBrowser ? html(page) : text(page, authority),
    };
  };
}

function text({ title, sections }: FrontPage, authority: string): string {
  const parts = sections.map(({ title, lines = [], links = [] }) => {
    const linked = links.map(({ path, text }) => `http://${authority}${path}  ${text}`);
    return `${title}\n${[...lines, ...linked].map((line) => `  ${line}\n`).join("")}`;
  });
  return `${title}\n\n${parts.join("\n")}`;
}

function html({ title, sections }: FrontPage): string {
  const parts = sections.map(({ title, lines = [], links = [] }) => {
    const items = links.map(({ path, text }) => {
      return `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a> ${escapeHtml(text)}</li>\n`;
    });
    return [
      `<h2>${escapeHtml(title)}</h2>\n`,
      lines.length > 0 ? `<pre>${escapeHtml(lines.join("\n"))}</pre>\n` : "",
      items.length > 0 ? `<ul>\n${items.join("")}</ul>\n` : "",
    ].join("");
  });
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<h1>${escapeHtml(title)}</h1>
${parts.join("")}</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
