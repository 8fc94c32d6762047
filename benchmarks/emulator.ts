import { benchConnects, CONNECT_COUNTS } from "./connects.ts";
import { benchPushes, PUSH_COUNTS } from "./pushes.ts";
import { benchRoundTrips, ROUND_TRIP_COUNTS } from "./round-trips.ts";
import type { Table } from "./table.ts";

const COUNTS = { connects: CONNECT_COUNTS, roundTrips: ROUND_TRIP_COUNTS, pushes: PUSH_COUNTS };

/** What the emulator costs: handshakes, memory, messages and pushes, beside a bare server where there is one. */
export async function benchEmulator(counts = COUNTS): Promise<Table[]> {
  return [
    ...(await benchConnects(counts.connects)),
    ...(await benchRoundTrips(counts.roundTrips)),
    ...(await benchPushes(counts.pushes)),
  ];
}
