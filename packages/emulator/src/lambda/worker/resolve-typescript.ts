import { registerHooks } from "node:module";

/** What a bundler looks for, after the name as it is written. */
const ENDINGS = [".ts", ".js", "/index.ts", "/index.js"];

/**
 * Lets TypeScript import `./orders` or `./orders.js` where the file is `orders.ts`, as in projects that are bundled
 * for their deployment. Node.js takes whole file names only.
 */
export function resolveTypeScript(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!/^\.{1,2}\//.test(specifier) || !/\.[cm]?ts$/.test(context.parentURL ?? "")) throw error;
        const names = [specifier.replace(/\.js$/, ".ts"), ...ENDINGS.map((ending) => specifier + ending)];
        for (const name of names) {
          try {
            return next(name, context);
          } catch {
            // The next name is tried, and the error for the name as it is written is thrown in the end.
          }
        }
        throw error;
      }
    },
  });
}
