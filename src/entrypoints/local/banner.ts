import { hints, type Place } from "./hints.ts";

/** The text in the terminal after the start. */
export function banner(place: Place): string {
  const sections = hints(place).map(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)].join("\n"));
  return `
Portcullis listens on ws://127.0.0.1:${place.port}/${place.stage}

${sections.join("\n")}

Queues and dead letters: http://127.0.0.1:${place.port}/_local/queues
Press Ctrl-C to stop.
`;
}
