CREATE TABLE "node_disks" (
	"node_id" text PRIMARY KEY NOT NULL,
	"report" jsonb NOT NULL,
	"measured_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "nodes_name";--> statement-breakpoint
ALTER TABLE "node_disks" ADD CONSTRAINT "node_disks_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_name" ON "nodes" USING btree (lower("name"));