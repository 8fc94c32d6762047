import type { HttpRequest, HttpResponse, HttpService } from "../http/http-service.ts";
import type { EmulatorEvent, Observe } from "../observer.ts";
import { printableJson } from "../printing/printable.ts";
import { redactTokens } from "../printing/redact-tokens.ts";
import type { Scheduler } from "../scheduler.ts";
import { EVENT_KINDS } from "./event-kinds.ts";
import { EventReader } from "./event-reader.ts";
import { isoTime, LOCAL_HEADERS, localJson, makeLocalService, RequestError } from "./report.ts";

const MAX_READERS = 16;

type Wish = {
  readonly kinds: ReadonlySet<string> | undefined;
  readonly connectionId: string | null;
  readonly withPayloads: boolean;
};

export type EventStream = { readonly observe: Observe; readonly service: HttpService };

/**
 * `GET /_local/events`: what happens from now on, as server-sent events (HTML standard, section 9.2), which EventSource
 * and `curl -N` read; with `Accept: application/x-ndjson` one JSON text a line. `kind` selects kinds, separated by commas,
 * and `connectionId` one connection. Payloads may be personal data and are shown with `payloads=1` alone, without
 * anything that may be a credential.
 */
export function makeEventStream(scheduler: Scheduler): EventStream {
  const offers = new Map<EventReader, (event: EmulatorEvent) => void>();

  function open(request: HttpRequest): HttpResponse {
    const wish = readWish(request.query);
    if (offers.size >= MAX_READERS) return localJson({ message: `${MAX_READERS} readers are connected already` }, 503);
    const isNdjson = request.headers.accept?.includes("application/x-ndjson") ?? false;
    const line = (value: object, isShown = false) => {
      const json = toJson(value, isShown);
      return isNdjson ? `${json}\n` : `data: ${json}\n\n`;
    };
    const reader = new EventReader({
      tellLoss: (count) => line({ at: isoTime(scheduler.now()), kind: "events-lost", count }),
      onClosed: () => offers.delete(reader),
    });
    offers.set(reader, ({ kind, at, ...rest }) => {
      if (wish.kinds !== undefined && !wish.kinds.has(kind)) return;
      if (wish.connectionId !== null && !("connectionId" in rest && rest.connectionId === wish.connectionId)) return;
      reader.offer(line({ at: isoTime(at), kind, ...rest }, wish.withPayloads));
    });
    const type = isNdjson ? "application/x-ndjson" : "text/event-stream";
    return { status: 200, headers: { ...LOCAL_HEADERS, "content-type": type }, body: reader };
  }

  return {
    observe(event) {
      if (offers.size === 0) return;
      for (const offer of offers.values()) offer({ ...event, at: scheduler.now() });
    },
    service: makeLocalService("/_local/events", open),
  };
}

function readWish(query: URLSearchParams): Wish {
  const kinds = query.getAll("kind").flatMap((list) => list.split(","));
  if (!kinds.every((kind) => EVENT_KINDS.includes(kind))) {
    throw new RequestError(`kind must be of ${EVENT_KINDS.join(", ")}`);
  }
  return {
    kinds: kinds.length === 0 ? undefined : new Set(kinds),
    connectionId: query.get("connectionId"),
    withPayloads: query.get("payloads") === "1",
  };
}

/** Payloads are the members that are functions: JSON.stringify leaves them out unless they are called. */
function toJson(value: object, withPayloads: boolean): string {
  const json = JSON.stringify(value, (_, member: unknown) => {
    return typeof member === "function" && withPayloads ? redactTokens(String(member())) : member;
  });
  return printableJson(json);
}
