import type { Quotas } from "@portcullis/emulator";

/** The account's quotas per second would limit a measurement. */
const UNLIMITED = { perSecond: 1e9, burst: 1e9 };
export const QUOTAS: Quotas = { connects: UNLIMITED, requests: UNLIMITED };
