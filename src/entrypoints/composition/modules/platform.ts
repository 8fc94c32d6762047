import { LOG_LEVELS, parseLogLevel } from "../../../adapters/pino/log-level.ts";
import { PinoLogger } from "../../../adapters/pino/pino-logger.ts";
import { stdoutDestination } from "../../../adapters/pino/stdout-destination.ts";
import { SystemClock } from "../../../adapters/system/system.ts";
import type { Module } from "../container.ts";
import { services } from "../services.ts";

/** What every function needs. */
export const platform: Module = (settings) => {
  const level = settings.parsed(
    "LOG_LEVEL",
    (text) => parseLogLevel(text || "INFO"),
    `must be one of ${LOG_LEVELS.join(", ")}`,
  );
  const metricsNamespace = settings.optionalText("METRICS_NAMESPACE");
  return (provide) => {
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
  };
};
