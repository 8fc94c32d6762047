import { globSync } from "node:fs";
import config from "../stryker.config.mjs";

/** The files of the mutation tests; with filters those whose path has one of them as a part. */
export function mutatedFiles(filters: readonly string[] = []): readonly string[] {
  const files = globSync(config.mutate).sort();
  return filters.length === 0 ? files : files.filter((file) => filters.some((filter) => file.includes(filter)));
}
