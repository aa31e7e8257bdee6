/** Path and query of the page under way, written by the front door: a layout is not told where it stands. */
export const PAGE_HEADER = "x-spindle-page";

/** Next takes `content-encoding` off a route's answer; what is encoded already says so by this, and the front door translates. */
export const ENCODED_HEADER = "x-spindle-encoded";
