/** @type {import("next").NextConfig} */
const config = {
  serverExternalPackages: ["node-ssh", "ssh2", "postgres"],
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are the business of `npm run check`; a start does not wait for them.
  typescript: { ignoreBuildErrors: true, tsconfigPath: process.env.SPINDLE_TSCONFIG ?? "tsconfig.json" },
  distDir: process.env.SPINDLE_BUILD_DIR ?? ".next",
  // The cache headers of pages are the front door's business; source maps would double what is built.
  productionBrowserSourceMaps: false,
  // Browsers ask for this one whatever a page says of its icon.
  rewrites: async () => [{ source: "/favicon.ico", destination: "/icon.svg" }],
};
export default config;
