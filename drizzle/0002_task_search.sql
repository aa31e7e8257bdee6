CREATE TABLE "task_search" (
	"task_id" text PRIMARY KEY NOT NULL,
	"words" text NOT NULL,
	"node_ids" text[] NOT NULL
);
--> statement-breakpoint
ALTER TABLE "task_search" ADD CONSTRAINT "task_search_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "task_search_nodes" ON "task_search" USING gin ("node_ids");