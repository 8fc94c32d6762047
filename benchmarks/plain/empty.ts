/** The cost of Node.js alone. */
export async function handler(): Promise<{ readonly statusCode: number }> {
  return { statusCode: 200 };
}
