import type { Addresses } from "../run-template.ts";

/** The text in the terminal after the start. */
export function banner(template: string, { url, endpoint, functionUrls }: Addresses): string {
  const urls = Object.entries(functionUrls).map(([id, functionUrl]) => `  ${id}: ${functionUrl}`);
  return `
${template} runs on ${url}

Connect:
  npx wscat -c ${url}

The AWS CLI and SDKs reach it with any credentials:
  --endpoint-url ${endpoint}

What runs, with links to connections, queues and events:
  ${endpoint}/
${urls.length === 0 ? "" : `\nFunction URLs:\n${urls.join("\n")}\n`}
Press Ctrl-C to stop.
`;
}
