/** One machine of a pasted list. */
export interface ListedMachine {
  /** 1 for the first line. */
  line: number;
  address: string;
  port: number;
  user: string;
}

const ENTRY = /^(?:(?<user>[^@\s]+)@)?(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^\s:@]+))(?::(?<port>\d{1,5}))?$/;
const BARE_IPV6 = /^(?:(?<user>[^@\s]+)@)?(?<plain>[0-9A-Fa-f.%]*:[^\s@]*:[^\s@]*)$/;

/**
 * Reads `ADDRESS`, `ADDRESS:PORT`, `USER@ADDRESS:PORT`, `[IPV6]:PORT`, one a line; empty lines and `#` comments are
 * skipped. What can't be read is handed on as an address, so that the server says what is wrong with it.
 */
export function readMachineList(list: string, defaultUser: string): ListedMachine[] {
  return list.split(/\r?\n/).flatMap((raw, index) => {
    const entry = raw.replace(/#.*$/, "").trim();
    if (entry === "") return [];
    const found = (ENTRY.exec(entry) ?? BARE_IPV6.exec(entry))?.groups;
    return {
      line: index + 1,
      address: found?.bracketed ?? found?.plain ?? entry,
      port: found?.port ? Number(found.port) : 22,
      user: found?.user ?? defaultUser,
    };
  });
}
