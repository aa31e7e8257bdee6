/** Characters no honest file or tool prints: they part the sections of a script's answer. */
const RECORD = "\u001e";
const NAME_END = "\u001f";

/** Shell function `section NAME`, for scripts whose answer `readSections` takes apart. */
export const SECTION_SCRIPT = `
section() { printf '\\036%s\\037' "$1"; }
`;

/** What a script printed, by the name of its section; the first of a name counts. Text before the first is dropped. */
export function readSections(stdout: string): Map<string, string> {
  const sections = new Map<string, string>();
  for (const record of stdout.split(RECORD).slice(1)) {
    const end = record.indexOf(NAME_END);
    if (end < 0) continue;
    const name = record.slice(0, end);
    if (!sections.has(name)) sections.set(name, record.slice(end + 1));
  }
  return sections;
}

/** `word rest` lines as a map; the first of a word counts. */
export function readWords(block: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const line of block.split("\n")) {
    const at = line.indexOf(" ");
    const word = at < 0 ? line : line.slice(0, at);
    if (word !== "" && !words.has(word)) words.set(word, at < 0 ? "" : line.slice(at + 1));
  }
  return words;
}
