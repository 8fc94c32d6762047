import type { FrontPage } from "@portcullis/emulator";
import { hints, type Place } from "./banner.ts";

/** The part of `GET /` about this service: how to get a token, connect and push. The emulator adds what runs. */
export function frontPage(place: Place): FrontPage {
  return { title: "Portcullis, a WebSocket API on this machine", sections: hints(place) };
}
