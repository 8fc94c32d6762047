/** What the runtime itself costs. */
export async function handler(): Promise<{ readonly statusCode: number }> {
  return { statusCode: 200 };
}
