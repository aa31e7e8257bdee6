/**
 * One object a process under a name. Next instantiates modules several times, so nothing that must exist once may
 * stand in a module's scope.
 */
export function processWide<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`spindle.${name}`);
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  holder[key] ??= make();
  return holder[key];
}
