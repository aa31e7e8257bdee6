CREATE TABLE "node_disks" (
	"node_id" text PRIMARY KEY NOT NULL,
	"report" jsonb NOT NULL,
	"measured_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "nodes_name";--> statement-breakpoint
ALTER TABLE "node_disks" ADD CONSTRAINT "node_disks_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- A name is one node's over the whole panel now, in any case: where several have it, the later ones get their id's end.
UPDATE "nodes" SET "name" = left("name", 57) || '-' || right("id", 6) WHERE "id" IN (
	SELECT "id" FROM (
		SELECT "id", row_number() OVER (PARTITION BY lower("name") ORDER BY "created_at", "id") AS "place" FROM "nodes"
	) AS "named" WHERE "place" > 1
);--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_name" ON "nodes" USING btree (lower("name"));