import { LOG_LEVELS, parseLogLevel } from "../../../adapters/pino/log-level.ts";
import { PinoLogger } from "../../../adapters/pino/pino-logger.ts";
import { stdoutDestination } from "../../../adapters/pino/stdout-destination.ts";
import { SystemClock } from "../../../adapters/system/system.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

const LEVEL_EXPECTED = `must be one of ${LOG_LEVELS.join(", ")}`;

/** Services that every function needs. */
export const platform = defineModule({
  settings: (settings) => ({
    level: settings.parsed("LOG_LEVEL", (text) => parseLogLevel(text || "INFO"), LEVEL_EXPECTED),
    metricsNamespace: settings.optionalText("METRICS_NAMESPACE"),
  }),
  services: (provide, { level, metricsNamespace }) => {
    provide(services.clock, {}, () => new SystemClock());
    provide(
      services.logger,
      { clock: services.clock },
      ({ clock }) =>
        new PinoLogger({
          level,
          service: "portcullis",
          ...(metricsNamespace !== undefined && { metricsNamespace }),
          clock,
          destination: stdoutDestination(),
        }),
    );
  },
});
