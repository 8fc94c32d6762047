import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { watchFolder } from "../../src/watch/watch-folder.ts";

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

function watched({ isDeep }: { readonly isDeep: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), "watched-"));
  const below = join(folder, "below");
  mkdirSync(below);
  let changes = 0;
  const stop = watchFolder(
    folder,
    () => {
      changes += 1;
    },
    { isDeep },
  );
  onTestFinished(() => {
    stop();
    rmSync(folder, { recursive: true });
  });
  /** True if a change is seen. */
  async function sees(change: () => void): Promise<boolean> {
    await pause();
    const before = changes;
    change();
    await pause();
    return changes > before;
  }
  return { folder, below, sees };
}

it("a folder that is removed and made again at once is still watched", async () => {
  const { below, sees } = watched({ isDeep: true });
  rmSync(below, { recursive: true });
  mkdirSync(below);
  await pause();
  expect(await sees(() => writeFileSync(join(below, "app.js"), "1"))).toBe(true);
});

it("an entry that cannot be read ends nothing", async () => {
  const { folder, sees } = watched({ isDeep: true });
  expect(await sees(() => symlinkSync("loop", join(folder, "loop")))).toBe(true);
  expect(await sees(() => writeFileSync(join(folder, "app.js"), "1"))).toBe(true);
});

it("unless it is deep, folders below are not watched", async () => {
  const { folder, below, sees } = watched({ isDeep: false });
  expect(await sees(() => writeFileSync(join(below, "app.js"), "1"))).toBe(false);
  expect(await sees(() => writeFileSync(join(folder, "template.yaml"), "1"))).toBe(true);
});
