CREATE TABLE "drives" (
	"id" text PRIMARY KEY NOT NULL,
	"cluster_id" text NOT NULL,
	"storage_id" text NOT NULL,
	"node_id" text,
	"label" text NOT NULL,
	"format" text NOT NULL,
	"size" bigint NOT NULL,
	"state" text NOT NULL,
	"is_protected" boolean DEFAULT false NOT NULL,
	"owner_vm_id" text,
	"task_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "volumes_last" (
	"node_id" text NOT NULL,
	"storage_id" text NOT NULL,
	"volumes" jsonb NOT NULL,
	"measured_at" timestamp with time zone NOT NULL,
	CONSTRAINT "volumes_last_node_id_storage_id_pk" PRIMARY KEY("node_id","storage_id")
);
--> statement-breakpoint
ALTER TABLE "drives" ADD CONSTRAINT "drives_cluster_id_clusters_id_fk" FOREIGN KEY ("cluster_id") REFERENCES "public"."clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drives" ADD CONSTRAINT "drives_storage_id_storages_id_fk" FOREIGN KEY ("storage_id") REFERENCES "public"."storages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drives" ADD CONSTRAINT "drives_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volumes_last" ADD CONSTRAINT "volumes_last_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volumes_last" ADD CONSTRAINT "volumes_last_storage_id_storages_id_fk" FOREIGN KEY ("storage_id") REFERENCES "public"."storages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "drives_label" ON "drives" USING btree ("cluster_id",lower("label"));--> statement-breakpoint
CREATE INDEX "drives_place" ON "drives" USING btree ("storage_id","node_id");--> statement-breakpoint
CREATE INDEX "drives_task" ON "drives" USING btree ("task_id") WHERE "drives"."task_id" is not null;