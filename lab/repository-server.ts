import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

// Serves the nodes' packages on the bridge. Usage: repository-server.ts INSTANCE_DIR FOLDER ADDRESS PORT
// It runs detached, one for each instance; the first argument is what it is found by.
const [, , , folder = "", address = "", port = ""] = process.argv;

const server = createServer(async (request, response) => {
  const name = decodeURIComponent((request.url ?? "/").replace(/^\/(\.\/)?/, ""));
  // One flat folder of packages: a name with a slash or a dot in front is none of ours.
  if (!/^[A-Za-z0-9][\w.+~%:-]*$/.test(name)) {
    response.writeHead(404).end();
    return;
  }
  const file = join(folder, name);
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-length": size, "content-type": "application/octet-stream" });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file)
      .on("error", (error) => response.destroy(error))
      .pipe(response);
});
server.listen(Number(port), address);
