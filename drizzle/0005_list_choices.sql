CREATE INDEX "tasks_kind" ON "tasks" USING btree ("kind","created_at");--> statement-breakpoint
CREATE INDEX "tasks_actor" ON "tasks" USING btree ("actor_name","created_at");