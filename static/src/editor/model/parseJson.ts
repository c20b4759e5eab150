/** JSON as people type it: a value, or what is wrong with it in a sentence. Pure. */
import type { Json } from "./plan";

export function parseJson(text: string): { value: Json } | { problem: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^JSON\.parse: /, "") : String(error);
    return { problem: `This is no JSON: ${why}` };
  }
}
