/**
 * Text from outside (node output, names) made safe to look at: what would move the cursor, colour the line or turn the
 * reading direction becomes a visible sign. Markup is no concern here: text is always rendered as text.
 */

// C0 and C1 controls, DEL, zero-width and bidirectional marks, line separators, BOM, interlinear marks, tag characters.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const C0 =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

/** `‹ESC›`, `‹U+202E›`: signs that every font has. */
function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹${C0[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}›`;
}

/** One line: every hidden character as a sign, also newline and tab. */
export function visible(value: string): string {
  return value.replace(HIDDEN, sign);
}

/** Output of a command: newlines and tabs stay (CRLF counts as a newline), everything else hidden becomes a sign. */
export function visibleOutput(value: string): string {
  return value
    .replace(/\r\n/g, "\n")
    .replace(HIDDEN, (character) => (character === "\n" || character === "\t" ? character : sign(character)));
}
