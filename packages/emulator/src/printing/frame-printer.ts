import type { EmulatorEvent, Observer } from "../observer.ts";
import { printable } from "./printable.ts";
import { redactTokens } from "./redact-tokens.ts";

/** Longer texts would push everything else off the screen. */
const MAX_CHARACTERS = 500;

/**
 * An observer that prints each frame of clients and of the gateway: time, direction, connection, size and text, and when
 * a connection opens and closes. Anything that may be a credential is `…`, long texts are cut, and control characters
 * are escaped.
 */
export function makeFramePrinter(write: (line: string) => void): Observer {
  return (event) => {
    const line = lineOf(event);
    if (line !== undefined) write(`${new Date(event.at).toISOString()} ${line}`);
  };
}

function lineOf(event: EmulatorEvent): string | undefined {
  switch (event.kind) {
    case "frame-received":
      return `${event.connectionId} in    ${sizeOf(event.bytes)} ${shown(event.text())}`;
    case "frame-sent":
      return `${event.connectionId} out   ${sizeOf(event.bytes)} ${shown(event.text())} (${event.source})`;
    case "handshake-responded":
      return event.connectionId === undefined ? undefined : `${event.connectionId} open`;
    case "connection-closed": {
      const reason = event.reason === "" ? "" : ` ${shown(event.reason)}`;
      return `${event.connectionId} close ${event.code}${reason} (${event.by})`;
    }
    default:
      return undefined;
  }
}

function sizeOf(bytes: number): string {
  return `${String(bytes).padStart(6)} B`;
}

/** The text is cut after tokens are hidden: half of a token would no longer look like one. */
function shown(text: string): string {
  const characters = [...redactTokens(text)];
  const rest = characters.length - MAX_CHARACTERS;
  const beginning = printable(characters.slice(0, MAX_CHARACTERS).join(""));
  return rest > 0 ? `${beginning}… ${rest} more` : beginning;
}
