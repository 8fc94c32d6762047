import { PinoLogger } from "../../adapters/pino/pino-logger.ts";
import { RandomIds } from "../../adapters/system/random-ids.ts";
import { SystemClock } from "../../adapters/system/system-clock.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** What every function needs. */
export const platform: Part = (settings) => {
  const level = settings.oneOf("LOG_LEVEL", ["DEBUG", "INFO", "WARN", "ERROR"], "INFO");
  return (provide) => {
    provide(names.clock, {}, () => new SystemClock());
    provide(names.logger, {}, () => new PinoLogger({ level }));
    provide(names.uniqueIds, {}, () => new RandomIds());
  };
};
