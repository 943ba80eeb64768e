import { AppError } from '../core/errors.ts';

/** What the runtime says of a text that is no JSON, on one line, with line and column where it counts characters. */
function whereText(error: unknown, text: string): string {
  const said = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  const position = /at position (\d+)$/.exec(said)?.[1];
  if (position === undefined) return said;
  const before = text.slice(0, Number(position)).split('\n');
  return `${said} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/**
 * The JSON in the bytes of a campaign file. Throws AppError `campaign_invalid` that says where they stop being JSON; bytes of
 * another encoding are refused, since names of columns read wrongly would be stored as they are.
 */
export function campaignJson(bytes: Uint8Array, file: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('campaign_invalid', `${file} is not UTF-8; save it in that encoding`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const remedy = 'JSON has no comments, and no comma behind the last value';
    throw new AppError('campaign_invalid', `${file} is not JSON: ${whereText(cause, text)}; ${remedy}`, {
      cause,
    });
  }
}
