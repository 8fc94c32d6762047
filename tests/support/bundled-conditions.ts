import { BUNDLED_ADAPTERS } from "../../scripts/build.ts";

/** Flags of Node.js: a process of its own then loads a function with the adapters that it is bundled with. */
export const bundledConditions = BUNDLED_ADAPTERS.map((adapter) => `--conditions=${adapter}`);
