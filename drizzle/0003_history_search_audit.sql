CREATE TABLE "task_search" (
	"task_id" text PRIMARY KEY NOT NULL,
	"words" text NOT NULL,
	"node_ids" text[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "storage_thresholds" (
	"storage_id" text PRIMARY KEY NOT NULL,
	"warning" smallint NOT NULL,
	"critical" smallint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_10m" (
	"series" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"samples" integer NOT NULL,
	"size" bigint NOT NULL,
	"used_min" bigint NOT NULL,
	"used_avg" bigint NOT NULL,
	"used_max" bigint NOT NULL,
	"allocated" bigint,
	CONSTRAINT "usage_10m_series_at_pk" PRIMARY KEY("series","at")
);
--> statement-breakpoint
CREATE TABLE "usage_1d" (
	"series" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"samples" integer NOT NULL,
	"size" bigint NOT NULL,
	"used_min" bigint NOT NULL,
	"used_avg" bigint NOT NULL,
	"used_max" bigint NOT NULL,
	"allocated" bigint,
	CONSTRAINT "usage_1d_series_at_pk" PRIMARY KEY("series","at")
);
--> statement-breakpoint
CREATE TABLE "usage_1h" (
	"series" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"samples" integer NOT NULL,
	"size" bigint NOT NULL,
	"used_min" bigint NOT NULL,
	"used_avg" bigint NOT NULL,
	"used_max" bigint NOT NULL,
	"allocated" bigint,
	CONSTRAINT "usage_1h_series_at_pk" PRIMARY KEY("series","at")
);
--> statement-breakpoint
CREATE TABLE "usage_1m" (
	"series" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"samples" integer NOT NULL,
	"size" bigint NOT NULL,
	"used_min" bigint NOT NULL,
	"used_avg" bigint NOT NULL,
	"used_max" bigint NOT NULL,
	"allocated" bigint,
	CONSTRAINT "usage_1m_series_at_pk" PRIMARY KEY("series","at")
);
--> statement-breakpoint
CREATE TABLE "usage_forecast" (
	"series" integer PRIMARY KEY NOT NULL,
	"per_day" real NOT NULL,
	"days" real NOT NULL,
	"full_at" timestamp with time zone,
	"computed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_series" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "usage_series_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"node_id" text NOT NULL,
	"storage_id" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "task_search" ADD CONSTRAINT "task_search_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "storage_thresholds" ADD CONSTRAINT "storage_thresholds_storage_id_storages_id_fk" FOREIGN KEY ("storage_id") REFERENCES "public"."storages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_10m" ADD CONSTRAINT "usage_10m_series_usage_series_id_fk" FOREIGN KEY ("series") REFERENCES "public"."usage_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_1d" ADD CONSTRAINT "usage_1d_series_usage_series_id_fk" FOREIGN KEY ("series") REFERENCES "public"."usage_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_1h" ADD CONSTRAINT "usage_1h_series_usage_series_id_fk" FOREIGN KEY ("series") REFERENCES "public"."usage_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_1m" ADD CONSTRAINT "usage_1m_series_usage_series_id_fk" FOREIGN KEY ("series") REFERENCES "public"."usage_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_forecast" ADD CONSTRAINT "usage_forecast_series_usage_series_id_fk" FOREIGN KEY ("series") REFERENCES "public"."usage_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_series" ADD CONSTRAINT "usage_series_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_series" ADD CONSTRAINT "usage_series_storage_id_storages_id_fk" FOREIGN KEY ("storage_id") REFERENCES "public"."storages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "task_search_nodes" ON "task_search" USING gin ("node_ids");--> statement-breakpoint
CREATE INDEX "usage_10m_at" ON "usage_10m" USING btree ("at");--> statement-breakpoint
CREATE INDEX "usage_1d_at" ON "usage_1d" USING btree ("at");--> statement-breakpoint
CREATE INDEX "usage_1h_at" ON "usage_1h" USING btree ("at");--> statement-breakpoint
CREATE INDEX "usage_1m_at" ON "usage_1m" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_series_of" ON "usage_series" USING btree ("node_id","storage_id");--> statement-breakpoint
CREATE INDEX "usage_series_storage" ON "usage_series" USING btree ("storage_id");--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_actor" ON "audit" USING btree ("actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_action" ON "audit" USING btree ("action","id");