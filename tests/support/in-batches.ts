/** Like Promise.all over `work`, with at most as many calls at once as a client has sockets. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += 25) {
    results.push(...(await Promise.all(items.slice(start, start + 25).map(work))));
  }
  return results;
}
