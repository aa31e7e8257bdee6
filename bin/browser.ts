/**
 * The browser that the tests, `demo --check` and the pictures drive, and the Debian packages it comes with: Chromium
 * without a window, which draws the same pages with two thirds of the work.
 */
export const BROWSER = {
  path: "/usr/bin/chromium-headless-shell",
  packages: ["chromium-headless-shell", "fonts-liberation"],
} as const;
