/** Translations by their English words. */
export type Catalogue = Record<string, string>;

const MAGIC = 0x950412de;
const HEAD = 28;
/** Length and place of one text. */
const ENTRY = 8;

/** A catalogue as `msgfmt` writes it (GNU gettext's .mo, little-endian, without a hash table), in UTF-8. */
export function catalogueFile(catalogue: Catalogue): Buffer {
  const header = { "": "Content-Type: text/plain; charset=UTF-8\n" };
  const pairs = Object.entries({ ...header, ...catalogue }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const originals = HEAD;
  const translations = HEAD + pairs.length * ENTRY;
  const tables = Buffer.alloc(HEAD + 2 * pairs.length * ENTRY);
  for (const [index, value] of [MAGIC, 0, pairs.length, originals, translations].entries())
    tables.writeUInt32LE(value, index * 4);
  const texts: Buffer[] = [];
  let end = tables.length;
  const put = (entry: number, text: string) => {
    const bytes = Buffer.from(`${text}\0`);
    tables.writeUInt32LE(bytes.length - 1, entry);
    tables.writeUInt32LE(end, entry + 4);
    texts.push(bytes);
    end += bytes.length;
  };
  for (const [index, [original, translation]] of pairs.entries()) {
    put(originals + index * ENTRY, original);
    put(translations + index * ENTRY, translation);
  }
  return Buffer.concat([tables, ...texts]);
}
