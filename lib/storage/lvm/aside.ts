/** The end of an LV's name while it is being wiped: by its own name it is not there any more, and its space is not free yet. */
export const ASIDE = ".wiping";

/** The id of the drive that an LV of this name is, aside or not. */
export const driveOfLv = (name: string): string => (name.endsWith(ASIDE) ? name.slice(0, -ASIDE.length) : name);
